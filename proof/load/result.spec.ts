import { logLineOf } from './k6.ts';
import { noStreams, resultOf, type Summary } from './result.ts';
import { linesOf } from './table.ts';
import { judge } from './threshold.ts';

const summary: Summary = {
  metrics: {
    requests: { values: { count: 120 }, thresholds: { 'count>0': { ok: true } } },
    failed: { values: { rate: 0, passes: 0, fails: 120 }, thresholds: { 'rate==0': { ok: true } } },
    first_try_failures: { values: { count: 2 } },
    answer_ms: { values: { 'p(95)': 81.6 }, thresholds: { 'p(95)<1000': { ok: true } } },
    events_received: { values: { count: 300 }, thresholds: { 'count>0': { ok: true } } },
    gaps: { values: { count: 0 }, thresholds: { 'count==0': { ok: true } } },
    duplicates: { values: { count: 0 }, thresholds: { 'count==0': { ok: true } } },
    reconnect_ms: { values: { max: 90 }, thresholds: { 'max<5000': { ok: true } } },
    cuts: { values: { count: 3 } },
  },
  checks: [{ name: 'an order is placed', passes: 40, fails: 0 }],
};

const streams = { listeners: 2, events: 50, gaps: 0, duplicates: 0, resets: 0, backMs: [120] };

test('k6 and the event streams are summed up', () => {
  expect(resultOf('realtime', summary, streams, [])).toMatchObject({
    ok: true,
    requests: 120,
    failed: 0,
    firstTryFailures: 2,
    p95Ms: 82,
    events: 350,
    reconnects: 4,
    reconnectMaxMs: 120,
    failedChecks: [],
  });
});

test.each([
  ['an event that a stream missed', { ...streams, gaps: 1 }, 'gaps count==0'],
  ['an event that a stream got twice', { ...streams, duplicates: 1 }, 'duplicates count==0'],
  ['streams that received nothing', { ...streams, events: 0 }, 'events_received count>0'],
  ['a stream that was away too long', { ...streams, backMs: [5001] }, 'reconnect_ms max<5000'],
])('%s fails the run', (_, seen, broken) => {
  const { ok, thresholds } = resultOf('realtime', summary, seen, []);
  expect(ok).toBe(false);
  expect(thresholds.filter((one) => !one.ok).map(({ metric, expression }) => `${metric} ${expression}`)).toEqual([
    broken,
  ]);
});

test('a threshold that k6 saw broken fails the run and is shown with the value', () => {
  const slow = { values: { 'p(95)': 81.6 }, thresholds: { 'p(95)<1': { ok: false } } };
  const result = resultOf('orders', { ...summary, metrics: { ...summary.metrics, answer_ms: slow } }, noStreams, []);
  expect(result.ok).toBe(false);
  expect(linesOf(result)).toContain('✘ answer_ms p(95)<1: 81.6');
});

test('a run without thresholds, and one whose script threw, are no success', () => {
  expect(resultOf('orders', { metrics: {}, checks: [] }, noStreams, []).ok).toBe(false);
  expect(resultOf('orders', summary, noStreams, ['TypeError: id']).ok).toBe(false);
});

test('an expression about something the streams do not measure holds nothing', () => {
  expect(judge('reconnect_ms', 'p(95)<10', { max: 1 }).ok).toBe(false);
  expect(judge('gaps', 'count<=2', { count: 2 })).toMatchObject({ ok: true, seen: 2 });
  expect(judge('gaps', 'count is low', { count: 0 }).ok).toBe(false);
});

test('log lines are distinguished from other output', () => {
  expect(logLineOf('{"level":"info","msg":"{}","source":"console"}')).toMatchObject({ msg: '{}', source: 'console' });
  expect(logLineOf('docker: no such image')).toEqual({ level: 'error', msg: 'docker: no such image' });
});
