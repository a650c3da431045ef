/** The frame of all dashboards: times, the variables service and pod, marks for rollouts and faults, links to each other. */
import * as dashboard from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { prometheus } from './datasource.ts';
import type { MakePanel } from './panel.ts';

const tag = 'halftone';

export interface Layout {
  /** Also its file's name and, after `halftone-`, its address in Grafana. */
  name: string;
  title: string;
  description: string;
  /** Which services it is about, as a regular expression; pods can be picked out of them. */
  services: string;
  /** From left to right, then from top to bottom; the widths of a line of panels add up to 24. */
  rows: readonly { title: string; panels: readonly MakePanel[] }[];
}

export function dashboardOf(layout: Layout): dashboard.Dashboard {
  const builder = empty(layout);
  for (const { title, panels } of layout.rows) {
    builder.withRow(new dashboard.RowBuilder(title));
    for (const make of panels) builder.withPanel(make());
  }
  return inSight(numbered(builder.build()));
}

/** So that a link to a panel holds as long as the panels before it stay. */
function numbered(made: dashboard.Dashboard): dashboard.Dashboard {
  made.panels?.forEach((panel, index) => (panel.id = index + 1));
  return made;
}

/** The SDK always puts links and annotations into a menu. */
function inSight(made: dashboard.Dashboard): dashboard.Dashboard {
  const panelLinks = (made.panels ?? []).flatMap((panel) => ('links' in panel ? (panel.links ?? []) : []));
  for (const item of [...(made.links ?? []), ...(made.annotations?.list ?? []), ...panelLinks]) delete item.placement;
  return made;
}

function empty({ name, title, description, services }: Layout): dashboard.DashboardBuilder {
  const links = new dashboard.DashboardLinkBuilder('Halftone')
    .type(dashboard.DashboardLinkType.Dashboards)
    .tags([tag])
    .asDropdown(false)
    .includeVars(false)
    .keepTime(true);
  return new dashboard.DashboardBuilder(title)
    .uid(`halftone-${name}`)
    .description(description)
    .tags([tag])
    .readonly()
    .tooltip(dashboard.DashboardCursorSync.Crosshair)
    .refresh('10s')
    .time({ from: 'now-30m', to: 'now' })
    .timezone('browser')
    .link(links)
    .variables([
      variable('service', `label_values(service_ready{service=~"${services}"}, service)`),
      variable('pod', `label_values(service_ready{service=~"${services}", service=~"$service"}, pod)`),
    ])
    .annotations([rollouts(), faults(), flips(), podCounts()]);
}

/** Multiple choice; the default is all, which includes values that appear later. */
const variable = (name: string, query: string) =>
  new dashboard.QueryVariableBuilder(name)
    .label(name)
    .datasource(prometheus)
    .query({ query, refId: `variable-${name}` })
    .definition(query)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
    .sort(dashboard.VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ text: ['All'], value: ['$__all'], selected: true });

/** Grafana draws where the value is above zero, or, with `useValueForTime`, at the time that the value is, in milliseconds. */
function mark(name: string, color: string, expr: string, title: string): dashboard.AnnotationQueryBuilder {
  const target = new DataqueryBuilder().datasource(prometheus).refId('Anno').expr(expr).interval('15s');
  return new dashboard.AnnotationQueryBuilder()
    .name(name)
    .datasource(prometheus)
    .enable(true)
    .iconColor(color)
    .target(target)
    .titleFormat(title);
}

const rollouts = () =>
  mark(
    'Rollouts',
    'blue',
    'min by (service, version) (process_start_time_seconds * on (service, pod) group_left (version) build_info) * 1000',
    '{{service}} {{version}} started',
  ).useValueForTime(true);

/** No fault was injected into a process that never counted one. */
const faults = () =>
  mark(
    'Faults injected',
    'red',
    'sum by (service, name, action) (increase(failpoint_hits_total[30s])) or sum by (service) (service_ready) * 0',
    '{{service}}: {{action}} at {{name}}',
  );

const flips = () =>
  mark(
    'Ready or not',
    'orange',
    'sum by (service, pod) (changes(service_ready[30s]))',
    '{{pod}} changed its readiness',
  );

const podCounts = () =>
  mark(
    'Pods came or went',
    'purple',
    'abs(count by (service) (up{job="halftone"}) - count by (service) (up{job="halftone"} offset 30s))',
    'pods of {{service}} came or went',
  );
