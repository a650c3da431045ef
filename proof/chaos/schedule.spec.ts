import { declaredMetrics } from '@halftone/tools/chart/dashboards/metric-names.ts';
import { rules } from '@halftone/tools/chart/dashboards/rules.ts';
import { root } from '@halftone/tools/os/config.ts';
import { invariants } from '../verify/invariants/index.ts';
import { parseScenario, readScenarios } from './scenario.ts';
import { planOf } from './schedule.ts';

const scenarios = readScenarios();
const two = () => 2;
const plan = (seed: number, minutes = 5) => planOf(seed, minutes, scenarios, two);

test('the same seed gives the same schedule, another seed another one', () => {
  expect(plan(1)).toEqual(plan(1));
  expect(plan(1).map(({ scenario }) => scenario.id)).not.toEqual(plan(2).map(({ scenario }) => scenario.id));
});

test('seeds 1, 2 and 3 over 5 minutes hold at least 60 faults, 4 in each minute on average', () => {
  const counts = [1, 2, 3].map((seed) => plan(seed).length);
  expect(counts.reduce((sum, count) => sum + count)).toBeGreaterThanOrEqual(60);
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(20);
});

test.each([1, 2, 3, 4, 5])('with seed %d each fault keeps its slot, and none runs over the end', (seed) => {
  const planned = plan(seed);
  const slots = planned.map(({ atMs, scenario }) => ({ from: atMs, to: atMs + scenario.slotSeconds * 900 }));
  for (const [index, { to }] of slots.entries()) expect(to).toBeLessThanOrEqual(slots[index + 1]?.from ?? 300_000);
});

test('nothing comes twice before everything came once', () => {
  const ids = plan(1, 30).map(({ scenario }) => scenario.id);
  const first = ids.slice(0, scenarios.length);
  expect(new Set(first).size).toBe(scenarios.length);
});

test('each replica is hit in time', () => {
  const hit = plan(1, 60).flatMap(({ scenario, replica }) => (scenario.id === 'kill-payments' ? [replica] : []));
  expect(new Set(hit)).toEqual(new Set([1, 2]));
});

test('a time too short for anything holds nothing', () => {
  expect(plan(1, 0.05)).toEqual([]);
});

test.each(scenarios.map((scenario) => [scenario.id, scenario] as const))(
  '%s names metrics, alerts and invariants that exist',
  (_, { expect: { metrics, alerts }, atRisk }) => {
    const known = new Set(declaredMetrics(root).map(({ name }) => name));
    expect(metrics.filter((name) => !known.has(name))).toEqual([]);
    const alarms = rules().flatMap(({ alert }) => alert ?? []);
    expect(alerts.filter((name) => !alarms.includes(name))).toEqual([]);
    const names = invariants.map(({ name }) => name);
    expect(atRisk.filter((name) => !names.includes(name))).toEqual([]);
  },
);

const good = `id: a
breaks: something
fault: { kind: kill, service: payments }
slotSeconds: 5
expect: { metrics: [service_ready], alerts: [], spans: [] }
atRisk: [ledger-balanced]
`;

test.each([
  ['an id that is not its file', good.replace('id: a', 'id: b'), "its id is 'b'"],
  ['an unknown kind', good.replace('kind: kill', 'kind: wish'), "kind 'wish'"],
  ['a service that does not exist', good.replace('payments', 'paymnts'), 'fault.service'],
  ['a field that nobody reads', good.replace('slotSeconds: 5', 'slotSeconds: 5\nslotMinutes: 1'), 'slotMinutes'],
  ['no slot', good.replace('slotSeconds: 5\n', ''), 'slotSeconds'],
  ['a signal that is no list', good.replace('alerts: []', 'alerts: all'), 'a.yaml: expect.alerts: '],
  ['nothing in it', '', 'a.yaml: Invalid input'],
])('a file with %s is refused by name', (_, source, complaint) => {
  expect(parseScenario(good, 'a.yaml').id).toBe('a');
  expect(() => parseScenario(source, 'a.yaml')).toThrow(complaint);
});
