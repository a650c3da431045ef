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

/**
 * The numbers of the process, one registry for all of it. Names follow Prometheus: `_total`, `_seconds`, base units.
 * Labels must come from small closed sets: never an id.
 */
const withExemplars = openMetrics();
/** Fine around the milliseconds in which our work happens. */
const seconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** For what crosses services and may wait for one that is away. */
export const journeySeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** The names of the labels; with all the values they can have, every series is there from the start, at zero. */
export type Labels<L extends string> = readonly L[] | Readonly<Record<L, readonly string[]>>;

export function counter<L extends string>(name: string, help: string, labels: Labels<L> = []): Counter<L> {
  const made = known<Counter<L>>(name) ?? new Counter({ name, help, labelNames: namesOf(labels) });
  for (const series of seriesOf(labels)) made.inc(series, 0);
  return made;
}

/** What a number of several processes on one port is for all of them together. */
export type Together = 'sum' | 'first' | 'min' | 'max';

export function gauge<L extends string>(
  name: string,
  help: string,
  labels: Labels<L> = [],
  aggregator: Together = 'sum',
): Gauge<L> {
  const made = known<Gauge<L>>(name) ?? new Gauge({ name, help, labelNames: namesOf(labels), aggregator });
  for (const series of seriesOf(labels)) made.inc(series, 0);
  return made;
}

/** A number that is looked up when somebody asks for it; the latest to declare the name is the one that answers. */
export function sampledGauge<L extends string = never>(
  name: string,
  help: string,
  labelNames: readonly L[],
  sample: (gauge: Gauge<L>) => void,
  aggregator: Together = 'sum',
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

/** A histogram whose buckets remember the latest trace that fell into them: that of the span that is active at `observe`. */
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

/** Two services booted in one test process share a metric instead of failing over its name. */
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

/** Answers the seconds since it was started. */
export function stopwatch(): () => number {
  const began = performance.now();
  return () => (performance.now() - began) / 1_000;
}

function openMetrics(): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

/** The primary asks its workers for their numbers, and adds them up. */
export function collectForPrimary(): void {
  new AggregatorRegistry();
  AggregatorRegistry.setRegistries([register, withExemplars]);
}

let scrapes: Promise<unknown> = Promise.resolve();

/** What `GET /metrics` answers; exemplars are part of OpenMetrics only. One scrape at a time, see render(). */
export function renderMetrics(accept: string | undefined): Promise<{ contentType: string; body: string }> {
  const open = accept?.includes('application/openmetrics-text') ?? false;
  const turn = scrapes.then(() => render(open ? openMetrics() : new Registry()));
  scrapes = turn.catch(() => undefined);
  return turn;
}

/** prom-client renames counters for good when it writes OpenMetrics: their names are put back after. */
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
