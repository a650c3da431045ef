import { cases, casesNamed, customersOf, ordersOf, usual } from './cases.ts';

test('without a choice all cases are run, else those chosen, in their order', () => {
  expect(casesNamed([])).toBe(cases);
  expect(casesNamed(['in-flight-64', 'lone']).map(({ name }) => name)).toEqual(['lone', 'in-flight-64']);
});

test('a case that does not exist is refused by name', () => {
  expect(() => casesNamed(['in-flight-7'])).toThrow('no case in-flight-7; there are lone, in-flight-1');
});

test('customers are those that payments seeds', () => {
  expect(customersOf(3)).toEqual(['load-1', 'load-2', 'load-3']);
});

test('lone orders are fewer, and those of the limit program more where they are not placed one by one', () => {
  const [lone, one] = casesNamed(['lone', 'in-flight-1']);
  expect([lone, one, usual].map((of) => of && ordersOf(of, 'ours', 200))).toEqual([50, 200, 200]);
  expect([lone, one, usual].map((of) => of && ordersOf(of, 'limit', 200))).toEqual([50, 200, 2000]);
});
