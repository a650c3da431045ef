import { collectDefaultMetrics, Registry } from 'prom-client';
import { root } from '../../os/config.ts';
import { dashboards } from './dashboards.ts';
import { declaredMetrics, familyOf, faultOf, metricsIn } from './metric-names.ts';
import { labelQuestion, questionsOf } from './questions.ts';
import { rules } from './rules.ts';

test.each([
  ['sum by (le, route) (rate(http_seconds_bucket{status=~"5..", x="a{b}"}[5m]))', ['http_seconds_bucket']],
  ['a_total / on (slo) group_left (version) (b_total offset 30s) * 1000', ['a_total', 'b_total']],
  ['slo:errors:rate5m unless on (service) up{job="x"} or vector(0)', ['slo:errors:rate5m', 'up']],
  ['histogram_quantile(0.95, x_bucket[$__rate_interval]) > bool 1e3', ['x_bucket']],
])('the metrics in %s', (promql, names) => expect(metricsIn(promql)).toEqual(names));

/** What Prometheus adds by itself. */
const builtIn = ['up', 'ALERTS'];

function fromPromClient(): string[] {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const all = registry.getMetricsAsArray() as unknown as { name: string; type: string }[];
  // Gauges that are named like counters are taken out (libs/service/src/process-metrics.ts).
  return all.filter(({ name, type }) => type === 'counter' || !name.endsWith('_total')).map(({ name }) => name);
}

const recorded = rules().flatMap(({ record }) => record ?? []);
const known = new Set([...declaredMetrics(root).map(({ name }) => name), ...fromPromClient(), ...recorded, ...builtIn]);
const unknownIn = (promql: string) =>
  metricsIn(promql).filter((name) => !known.has(name) && !known.has(familyOf(name)));

test('the code declares metrics where they are looked for', () => {
  expect([...known]).toEqual(
    expect.arrayContaining(['http_server_duration_seconds', 'outbox_age_seconds', 'consumer_lag']),
  );
});

test.each([
  ['counter', 'orders_placed_total', true],
  ['counter', 'orders_placed', false],
  ['counter', 'worked_seconds_total', true],
  ['gauge', 'connections', true],
  ['gauge', 'connections_total', false],
  ['gauge', 'outbox_age_seconds', true],
  ['gauge', 'run_timestamp_seconds', true],
  ['gauge', 'oldest_seconds', false],
  ['histogram', 'call_duration_seconds', true],
  ['histogram', 'event_delay_seconds', true],
  ['histogram', 'call_seconds', false],
  ['histogram', 'call_duration_ms', false],
  ['histogram', 'call_duration_seconds_count', false],
] as const)('a %s may be named %s: %s', (kind, name, isAllowed) => {
  expect(faultOf({ kind, name }) === undefined).toBe(isAllowed);
});

test('every metric is named by the one rule', () => {
  expect(declaredMetrics(root).flatMap((declared) => faultOf(declared) ?? [])).toEqual([]);
});

test('dashboards read only metrics that the code declares', () => {
  const asked = dashboards().flatMap(questionsOf);
  const unknown = asked.flatMap(({ dashboard, asker, query }) =>
    unknownIn(labelQuestion(query)?.selector ?? query).map((name) => `${dashboard} / ${asker}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

test('rules read only metrics that the code declares', () => {
  const unknown = rules().flatMap(({ alert, record, expr }) =>
    unknownIn(expr).map((name) => `${alert ?? record}: ${name}`),
  );
  expect(unknown).toEqual([]);
});
