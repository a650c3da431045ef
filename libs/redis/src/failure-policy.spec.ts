import { delayAfter } from './failure-policy';
import { LocalFailures } from './local-failures';

const policy = { free: 3, firstDelayMs: 1_000, maxDelayMs: 5_000, forgetMs: 60_000 };

test('the wait doubles with each failure after the free ones, up to the maximum', () => {
  expect([1, 2, 3, 4, 5, 6, 7, 2_000].map((failures) => delayAfter(failures, policy))).toEqual([
    0, 0, 1_000, 2_000, 4_000, 5_000, 5_000, 5_000,
  ]);
});

test('LocalFailures counts, expires, and clears after a success', () => {
  const local = new LocalFailures();
  for (let failure = 0; failure < 4; failure += 1) local.add('a', policy, 0);
  expect([local.waitMs('a', 0), local.waitMs('a', 1_500), local.waitMs('a', 2_000)]).toEqual([2_000, 500, 0]);
  local.add('a', policy, 61_000);
  expect(local.waitMs('a', 61_000)).toBe(0);
  for (let failure = 0; failure < 4; failure += 1) local.add('b', policy, 0);
  local.clearAndMark('b', 1_000, 0);
  expect([local.waitMs('b', 0), local.isMarked('b', 999), local.isMarked('b', 1_000)]).toEqual([0, true, false]);
});
