import { context, trace } from '@opentelemetry/api';
import {
  collectDefaultMetrics,
  Counter,
  Gauge,
  Histogram,
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

export const counter = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Counter<L> =>
  known<Counter<L>>(name) ?? new Counter({ name, help, labelNames });

export const gauge = <L extends string>(name: string, help: string, labelNames: readonly L[] = []): Gauge<L> =>
  known<Gauge<L>>(name) ?? new Gauge({ name, help, labelNames });

export const histogram = <L extends string>(
  name: string,
  help: string,
  labelNames: readonly L[] = [],
  buckets: number[] = seconds,
): Histogram<L> => known<Histogram<L>>(name) ?? new Histogram({ name, help, labelNames, buckets });

/** Two services booted in one test process share a metric instead of failing over its name. */
const known = <M>(name: string) => register.getSingleMetric(name) as M | undefined;

const httpDuration = new Histogram<'route' | 'method' | 'status' | 'trace_id'>({
  name: 'http_server_duration_seconds',
  help: 'Time from the request line to the last byte of the answer',
  labelNames: ['route', 'method', 'status'],
  buckets: seconds,
  registers: [withExemplars],
  enableExemplars: true,
});

export function observeHttp(labels: { route: string; method: string; status: number }, duration: number): void {
  const span = trace.getSpanContext(context.active());
  const exemplarLabels = span ? { trace_id: span.traceId } : {};
  httpDuration.observe({ labels, value: duration, exemplarLabels });
}

function openMetrics(): Registry<OpenMetricsContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  return registry;
}

let collecting = false;

/** Memory, CPU, event loop lag, garbage collection. */
export function collectProcessMetrics(): void {
  if (collecting) return;
  collecting = true;
  collectDefaultMetrics();
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
