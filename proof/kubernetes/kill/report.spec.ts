import type { ClientReport } from './listening-clients.ts';
import { linesOf, outcomeOf } from './report.ts';

const client = (more: Partial<ClientReport> = {}): ClientReport => ({
  client: 'websocket 1',
  cuts: 1,
  received: 20,
  lost: 0,
  duplicated: 0,
  resets: 0,
  ...more,
});
const order = { ok: true, attempts: 1, ms: 30, id: '1' };
const pods = [{ pod: 'a', replacement: { pod: 'b', readyAfterMs: 4000 } }];

test('all is well when nothing is lost, nothing comes twice and every request is answered in the end', () => {
  const outcome = outcomeOf(
    'realtime',
    pods,
    [client({ backAfterMs: 80 }), client()],
    [order, { ...order, attempts: 3, ms: 900 }],
  );
  expect(outcome).toMatchObject({
    ok: true,
    worstBackMs: 80,
    requests: { sent: 2, retried: 1, failed: 0, worstMs: 900 },
  });
});

test.each([
  ['an event is lost', [client({ lost: 1 })], [order]],
  ['an event comes twice', [client({ duplicated: 1 })], [order]],
  ['a request fails', [client()], [{ ok: false, attempts: 9, ms: 120_000, problem: 'no answer' }]],
])('not when %s', (_, clients, placed) => {
  const outcome = outcomeOf('realtime', pods, clients, placed);
  expect(outcome.ok).toBe(false);
  expect(linesOf(outcome).at(-1)).toMatch(/^✘/);
});

test('a client that was not cut shows no times', () => {
  const [, , row] = linesOf(outcomeOf('orders', pods, [client({ cuts: 0 })], [order]));
  expect(row?.split(/ {2,}/)).toEqual(['websocket 1', '-', '-', '0', '20', '0', '0', '0']);
});
