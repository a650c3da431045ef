import { ReadRate } from './read-rate';

test('there is no pause within the burst, and beyond it as long as the rate requires', () => {
  const rate = new ReadRate(1_000, 500);
  expect(rate.count(500, 0)).toBe(0);
  expect(rate.count(100, 0)).toBe(100);
  expect(rate.count(100, 0)).toBe(200);
  expect(rate.count(100, 800)).toBe(0);
});

test('unused time is not saved', () => {
  const rate = new ReadRate(1_000, 500);
  expect(rate.count(500, 1_000_000)).toBe(0);
  expect(rate.count(1, 1_000_000)).toBe(1);
});
