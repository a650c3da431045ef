import { percentile, percentileMs } from './percentile.ts';

const hundred = Array.from({ length: 100 }, (_, one) => 100 - one);

test('percentiles are values that were measured', () => {
  expect([0.5, 0.99, 1].map((share) => percentile(hundred, share))).toEqual([50, 99, 100]);
  expect(percentile([7], 0.01)).toBe(7);
});

test('of none there is none', () => {
  expect(percentile([], 0.5)).toBeUndefined();
});

test('in whole ms', () => {
  expect([percentileMs([1.4, 2.6], 1), percentileMs([], 0.5)]).toEqual([3, 0]);
});
