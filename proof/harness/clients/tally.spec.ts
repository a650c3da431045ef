import { isInOrder, tally } from './tally.ts';

test('a whole sequence has neither gap nor repetition', () => {
  expect(tally([3, 4, 5])).toEqual({ lost: 0, duplicated: 0, missing: [], repeated: [] });
});

test('a missing number is lost, a second one is a duplicate', () => {
  expect(tally([1, 2, 4, 4, 4, 5])).toEqual({ lost: 1, duplicated: 2, missing: [3], repeated: [4] });
});

test('what is missing at the ends shows only to someone who knows the ends', () => {
  expect(tally([2, 3])).toMatchObject({ lost: 0 });
  expect(tally([2, 3], { after: 0, until: 5 })).toMatchObject({ lost: 3, missing: [1, 4, 5] });
});

test('nothing received is all lost', () => {
  expect(tally([])).toMatchObject({ lost: 0 });
  expect(tally([], { after: 7, until: 9 })).toMatchObject({ lost: 2, missing: [8, 9] });
});

test('order is judged apart from completeness', () => {
  expect(isInOrder([1, 3, 7])).toBe(true);
  expect(isInOrder([1, 3, 2])).toBe(false);
  expect(isInOrder([1, 1])).toBe(false);
});
