import type { RequestSeen } from '../load/load-events.ts';
import { failedLate, reasonsOf, recoveryOf, recoveryTable } from './recovery.ts';

const request = (at: number, ms: number, attempts = 1, ok = true): RequestSeen => ({
  name: 'place',
  at,
  ms,
  attempts,
  ok,
});

const span = { what: 'kill kafka', from: 1_000, until: 20_000, readyAt: 9_000 };

const requests = [
  request(100, 20),
  request(980, 400, 2),
  request(3_000, 6_234, 5),
  request(4_000, 30_000, 9, false),
  request(12_000, 15),
  request(21_000, 900, 2),
];
const cuts = [
  { at: 500, backMs: 9_999 },
  { at: 1_200, backMs: 310 },
];

test('what was under way counts, what came before or after does not', () => {
  expect(recoveryOf(span, { requests: requests.filter(({ ok }) => ok), cuts })).toEqual({
    what: 'kill kafka',
    servedAfterMs: 8_234,
    readyMs: 8_000,
    requests: 3,
    failedFirst: 2,
    failedForGood: 0,
    cuts: 1,
    slowestBackMs: 310,
  });
});

test('a request that failed for good is counted separately', () => {
  expect(recoveryOf(span, { requests, cuts })).toMatchObject({ failedFirst: 3, failedForGood: 1 });
});

test('nothing failed: there is nothing to have recovered from', () => {
  const recovery = recoveryOf(span, { requests: [request(2_000, 10)], cuts: [] });
  expect(recovery).toMatchObject({ failedFirst: 0, cuts: 0, slowestBackMs: 0 });
  expect(recovery).not.toHaveProperty('servedAfterMs');
});

test('who fails after all is well was not in flight', () => {
  expect(failedLate(span, { requests, cuts }, 10_000)).toEqual([]);
  expect(failedLate(span, { requests: [...requests, request(15_000, 500, 2)], cuts }, 10_000)).toHaveLength(1);
});

test('the commonest reasons come first', () => {
  const why = (text: string, at: number) => ({ ...request(at, 10, 2), why: text });
  const seen = { requests: [why('503', 1_100), why('504', 1_200), why('503', 1_300), request(1_400, 5)], cuts: [] };
  expect(reasonsOf(span, seen)).toBe('2 × place: 503\n1 × place: 504');
});

test('recoveries become a table', () => {
  const [head, row] = recoveryTable([recoveryOf(span, { requests, cuts })]).split('\n');
  expect(head).toMatch(/served after s +ready after s +requests +failed once/);
  expect(row).toMatch(/^kill kafka +33\.0 +8\.0 +4 +3 +1 +1 +0\.3$/);
});
