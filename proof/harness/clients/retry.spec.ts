import { backoff, mayRetry } from './retry.ts';

test('only answers that another try may change are retried', () => {
  expect([429, 502, 503, 504].every((status) => mayRetry(status, undefined))).toBe(true);
  expect([200, 201, 400, 401, 404, 422, 500].some((status) => mayRetry(status, undefined))).toBe(false);
});

test('a conflict is an answer unless the first request still runs', () => {
  expect(mayRetry(409, 'IDEMPOTENCY_IN_FLIGHT')).toBe(true);
  expect(mayRetry(409, 'ORDER_TRANSITION_ILLEGAL')).toBe(false);
});

test('waits double up to two seconds, at least half of it for sure', () => {
  expect([1, 2, 3, 9].map((attempt) => backoff(attempt, null, () => 1))).toEqual([100, 200, 400, 2000]);
  expect(backoff(1, null, () => 0)).toBe(50);
});

test('what the server asks for wins, a date or an hour does not', () => {
  expect(backoff(1, '3')).toBe(3000);
  expect(backoff(1, '3600')).toBe(10_000);
  expect(backoff(1, 'Fri, 31 Dec 1999 23:59:59 GMT', () => 1)).toBe(100);
});
