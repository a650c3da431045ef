import { numberOf } from './quantity.ts';

test.each([
  ['512Mi', 512 * 2 ** 20],
  ['12172Ki', 12172 * 1024],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['128974848', 128974848],
  ['129e6', 129e6],
  ['2', 2],
  ['250m', 0.25],
  ['1217189n', 0.001217189],
])('%s', (quantity, value) => {
  expect(numberOf(quantity)).toBeCloseTo(value, 9);
});

test.each(['', 'Mi', '12 Mi', '12Xi', '-1'])('%p is none', (quantity) => {
  expect(() => numberOf(quantity)).toThrow('is no Kubernetes quantity');
});
