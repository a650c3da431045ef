import { context, trace } from '@opentelemetry/api';
import {
  AggregatorRegistry,
  Counter,
  Gauge,
  Histogram,
  type LabelValues,
  type OpenMetricsContentType,
  type PrometheusContentType,
  register,
  Registry,
} from 'prom-client';
import { preferredType } from './negotiation';

/**
 * The metrics of the process, in one registry. Names follow https://prometheus.io/docs/practices/naming: base units,
 * and only counters end in `_total`. A time has its meaning before the unit. A histogram ends in `_duration_seconds`
 * (work that began and ended) or `_delay_seconds` (from an event to its arrival here). A gauge ends in `_age_seconds`
 * (of the oldest waiting item) or `_timestamp_seconds` (Unix time). tools/chart/dashboards tests that for every metric, and
 * runs `promtool check metrics`. Labels must have small closed sets of values: never an id.
 */
const withExemplars = openMetrics();
/** Fine-grained around milliseconds, where most of our work is. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** For times across services, which may include an outage. */
export const endToEndBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** The label names; or with all their values, and then every series exists from the start, at zero. */
export type Labels<L extends string> = readonly L[] | Readonly<Record<L, readonly string[]>>;

export function counter<L extends string>(name: string, help: string, labels: Labels<L> = []): Counter<L> {
  const made = known<Counter<L>>(name) ?? new Counter({ name, help, labelNames: namesOf(labels) });
  for (const series of seriesOf(labels)) made.inc(series, 0);
  return made;
}

/** How the values of several processes on one port are combined. */
type Aggregator = 'sum' | 'first' | 'min' | 'max';

export function gauge<L extends string>(
  name: string,
  help: string,
  labels: Labels<L> = [],
  aggregator: Aggregator = 'sum',
): Gauge<L> {
  const made = known<Gauge<L>>(name) ?? new Gauge({ name, help, labelNames: namesOf(labels), aggregator });
  for (const series of seriesOf(labels)) made.inc(series, 0);
  return made;
}

/** A gauge that is computed at each scrape; the latest declaration of a name wins. */
export function sampledGauge<L extends string = never>(
  name: string,
  help: string,
  labelNames: readonly L[],
  sample: (gauge: Gauge<L>) => void,
  aggregator: Aggregator = 'sum',
): void {
  register.removeSingleMetric(name);
  const made: Gauge<L> = new Gauge({ name, help, labelNames, aggregator, collect: () => sample(made) });
}

export const histogram = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  buckets: number[] = seconds,
): Histogram<L> => known<Histogram<L>>(name) ?? new Histogram({ name, help, labelNames, buckets });

export interface ExemplarHistogram<L extends string> {
  observe(labels: LabelValues<L>, value: number): void;
}

/** A histogram whose buckets keep the latest trace as exemplar: the trace of the span that is active at `observe`. */
export function exemplarHistogram<L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[],
  buckets: number[] = seconds,
): ExemplarHistogram<L> {
  const made =
    (withExemplars.getSingleMetric(name) as Histogram | undefined) ??
    new Histogram({ name, help, labelNames, buckets, registers: [withExemplars], enableExemplars: true });
  return {
    observe: (labels, value) => {
      const span = trace.getSpanContext(context.active());
      made.observe({ labels, value, exemplarLabels: span ? { trace_id: span.traceId } : {} });
    },
  };
}

/** Two services in one test process share a metric instead of failing on its name. */
const known = <M>(name: string) => register.getSingleMetric(name) as M | undefined;

const namesOf = <L extends string>(labels: Labels<L>): readonly L[] =>
  isNames(labels) ? labels : (Object.keys(labels) as L[]);

const isNames = <L extends string>(labels: Labels<L>): labels is readonly L[] => Array.isArray(labels);

/** Every combination of the values. */
const seriesOf = <L extends string>(labels: Labels<L>): LabelValues<L>[] =>
  isNames(labels)
    ? []
    : Object.entries<readonly string[]>(labels).reduce<LabelValues<L>[]>(
        (series, [name, values]) => series.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
        [{}],
      );

/** Returns the seconds since it was started. */
export function stopwatch(): () => number {
  const began = performance.now();
  return () => (performance.now() - began) / 1_000;
}

function openMetrics(): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** Lets the primary collect and combine the metrics of its workers. */
export function collectForPrimary(): void {
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries([register, withExemplars]);
}

const openMetricsType = 'application/openmetrics-text';
let scrapes: Promise<unknown> = Promise.resolve();

/** The response of `GET /metrics`; only OpenMetrics has exemplars. One scrape at a time, see render(). */
export function renderMetrics(accept: string | undefined): Promise<{ contentType: string; body: string }> {
  const open = preferredType(accept, ['text/plain', openMetricsType]) === openMetricsType;
  const turn = scrapes.then(() => render(open ? openMetrics() : new Registry()));
  // The caller of this scrape gets its error; the next scrape only waits for its end.
  scrapes = turn.catch(() => undefined);
  return turn;
}

/** prom-client permanently renames counters when it writes OpenMetrics, so their names are restored. */
async function render(page: Registry<OpenMetricsContentType> | Registry<PrometheusContentType>) {
  const all = [...register.getMetricsAsArray(), ...withExemplars.getMetricsAsArray()];
  const names = all.map(({ name }) => name);
  for (const name of names) {
    const metric = register.getSingleMetric(name) ?? withExemplars.getSingleMetric(name);
    if (metric) page.registerMetric(metric);
  }
  const body = await page.metrics();
  all.forEach((metric, index) => (metric.name = names[index] ?? metric.name));
  return { contentType: page.contentType, body };
}
