import { minorUnits, sumMinor, timesMinor } from './money';

test('the sum of nothing is zero', () => {
  expect(sumMinor([])).toBe(0);
});

test('a sum beyond what a JSON number holds exactly is refused, not rounded', () => {
  expect(() => sumMinor([Number.MAX_SAFE_INTEGER, 1])).toThrow(/no exact amount/);
  expect(() => timesMinor(Number.MAX_SAFE_INTEGER, 2)).toThrow(/no exact amount/);
});

test('a fraction of a cent is refused', () => {
  expect(() => minorUnits(0.5)).toThrow(/no exact amount/);
});
