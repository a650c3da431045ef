import { fullJitter, retryAfterMs } from './backoff.ts';

const limits = { baseMs: 500, capMs: 30_000 };

test('the limit doubles with each failure, up to the cap', () => {
  const longest = [0, 1, 2, 3, 6, 60].map((failures) => fullJitter(failures, limits, () => 1));
  expect(longest).toEqual([500, 1_000, 2_000, 4_000, 30_000, 30_000]);
});

test('the result is between zero and the limit', () => {
  expect(fullJitter(3, limits, () => 0)).toBe(0);
  expect(fullJitter(3, limits, () => 0.25)).toBe(1_000);
});

test('Retry-After is read as seconds or as a date', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  expect(retryAfterMs('3', now)).toBe(3_000);
  expect(retryAfterMs('Tue, 01 Jan 2030 00:00:07 GMT', now)).toBe(7_000);
  expect(retryAfterMs('Mon, 31 Dec 2029 23:59:00 GMT', now)).toBe(0);
});

test.each([null, undefined, '', 'soon'])('Retry-After %p is ignored', (header) => {
  expect(retryAfterMs(header)).toBeUndefined();
});

test('a Retry-After of a day is capped', () => {
  expect(retryAfterMs('86400')).toBe(120_000);
});
