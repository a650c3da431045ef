/** Panels as data: queries, unit and limits. Their looks are defined here only. */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import * as common from '@grafana/grafana-foundation-sdk/common';
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as HeatmapBuilder } from '@grafana/grafana-foundation-sdk/heatmap';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimelineBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as TimeseriesBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { prometheus, tracesLink } from './datasource.ts';

/** A new builder at each call: building puts a panel in its place, for good. */
export type MakePanel = () => Builder<dashboard.Panel>;

export interface Query {
  expr: string;
  /** Labels in double braces. */
  legend: string;
}

export interface Panel {
  title: string;
  /** Its meaning, and the likely reason when it is high or low. */
  description: string;
  /** Grafana's unit id: reqps, s, bytes, percentunit, short … */
  unit: string;
  queries: readonly Query[];
  /** From here on it deserves a look, from there on it hurts. Reversed when less is worse. */
  limits?: { warn: number; bad: number };
  /** Of 24 columns. */
  width?: number;
}

export interface SeriesPanel extends Panel {
  /** Dots that lead to a trace; for histograms whose observations carry one. */
  exemplars?: boolean;
  stacked?: boolean;
}

const good = 'green';
const step = (value: number | null, color: string): dashboard.Threshold => ({ value, color });

function steps({ warn, bad }: { warn: number; bad: number }): dashboard.Threshold[] {
  const lessIsWorse = bad < warn;
  return lessIsWorse
    ? [step(null, 'red'), step(bad, 'orange'), step(warn, good)]
    : [step(null, good), step(warn, 'orange'), step(bad, 'red')];
}

const colours = (limits: Panel['limits']) =>
  new dashboard.ThresholdsConfigBuilder()
    .mode(dashboard.ThresholdsMode.Absolute)
    .steps(limits ? steps(limits) : [step(null, good)]);

/** The options of every kind of panel. */
interface PanelOptions extends Builder<dashboard.Panel> {
  title(title: string): this;
  description(description: string): this;
  datasource(datasource: typeof prometheus): this;
  unit(unit: string): this;
  span(columns: number): this;
  height(rows: number): this;
  thresholds(thresholds: Builder<dashboard.ThresholdsConfig>): this;
  targets(targets: DataqueryBuilder[]): this;
}

const letter = (index: number) => String.fromCharCode('A'.charCodeAt(0) + index);

const dataQuery = ({ expr, legend }: Query, index: number) =>
  new DataqueryBuilder().datasource(prometheus).refId(letter(index)).expr(expr).legendFormat(legend).range();

function withPanelOptions<Kind extends PanelOptions>(
  builder: Kind,
  panel: Panel,
  size = { width: 8, height: 8 },
): Kind {
  return builder
    .title(panel.title)
    .description(panel.description)
    .datasource(prometheus)
    .unit(panel.unit)
    .span(panel.width ?? size.width)
    .height(size.height)
    .thresholds(colours(panel.limits))
    .targets(panel.queries.map(dataQuery));
}

/** Lines over time. */
export const series =
  (panel: SeriesPanel): MakePanel =>
  () => {
    const { queries, limits, exemplars = false, stacked = false } = panel;
    const { Dashed, Off } = common.GraphThresholdsStyleMode;
    const builder = withPanelOptions(new TimeseriesBuilder(), panel)
      .min(0)
      .fillOpacity(stacked ? 40 : 8)
      .lineWidth(1)
      .showPoints(common.VisibilityMode.Never)
      .thresholdsStyle(new common.GraphThresholdsStyleConfigBuilder().mode(limits ? Dashed : Off))
      .legend(legend())
      .tooltip(tooltip())
      .targets(queries.map((query, index) => dataQuery(query, index).exemplar(exemplars)));
    if (stacked) builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
    return exemplars ? builder.links([tracesLink()]) : builder;
  };

const legend = () =>
  new common.VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(common.LegendDisplayMode.List)
    .placement(common.LegendPlacement.Bottom)
    .calcs(['lastNotNull']);

const tooltip = () =>
  new common.VizTooltipOptionsBuilder().mode(common.TooltipDisplayMode.Multi).sort(common.SortOrder.Descending);

/** One figure per series, as of now, with the line it came along. */
export const figure =
  (panel: Panel): MakePanel =>
  () =>
    withPanelOptions(new StatBuilder(), panel, { width: 4, height: 5 })
      .decimals(panel.unit === 'percentunit' ? 2 : 0)
      .colorMode(common.BigValueColorMode.Value)
      .graphMode(common.BigValueGraphMode.Area)
      .reduceOptions(new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']));

/** How observations spread over the buckets of a histogram; the colour is how many. */
export const spread =
  (panel: Panel): MakePanel =>
  () =>
    withPanelOptions(new HeatmapBuilder(), panel).targets(
      panel.queries.map((query, index) => dataQuery(query, index).format(PromQueryFormat.Heatmap)),
    );

/** Bands of a yes or no over time. */
export const states =
  (panel: Panel & { yes: string; no: string }): MakePanel =>
  () => {
    const options = { '1': { text: panel.yes, color: good }, '0': { text: panel.no, color: 'red' } };
    return withPanelOptions(new StateTimelineBuilder(), { ...panel, limits: { warn: 1, bad: 0 } })
      .mappings([{ type: dashboard.MappingType.ValueToText, options }])
      .mergeValues(true)
      .showValue(common.VisibilityMode.Never);
  };
