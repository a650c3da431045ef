import { minorUnits, sumMinor, timesMinor } from './money';

test('the sum of nothing is zero', () => {
  expect(sumMinor([])).toBe(0);
});

test('a sum that a JSON number cannot hold exactly is rejected, not rounded', () => {
  expect(() => sumMinor([Number.MAX_SAFE_INTEGER, 1])).toThrow(/not an exact amount/);
  expect(() => timesMinor(Number.MAX_SAFE_INTEGER, 2)).toThrow(/not an exact amount/);
});

test('a fraction of a cent is rejected', () => {
  expect(() => minorUnits(0.5)).toThrow(/not an exact amount/);
});
