import { percentile } from './percentile.ts';

test('a percentile is one of the values', () => {
  expect([percentile([3, 1, 2], 0.5), percentile([1, 2, 3], 0.99), percentile([], 0.5)]).toEqual([2, 3, 0]);
});
