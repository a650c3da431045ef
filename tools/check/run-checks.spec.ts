import { chosenOf } from './run-checks.ts';

const checks = ['lint', 'unit tests', 'integration tests'].map((name) => ({ name }));

test.each([
  [[], ['lint', 'unit tests', 'integration tests']],
  [['tests'], ['unit tests', 'integration tests']],
  [
    ['lint', 'unit'],
    ['lint', 'unit tests'],
  ],
])('%j takes %j', (only, names) => {
  expect(chosenOf(checks, only).map(({ name }) => name)).toEqual(names);
});

test('a name that nothing has is refused, with the names there are', () => {
  expect(() => chosenOf(checks, ['lint', 'linz'])).toThrow(/^nothing is called linz; there is:\n {2}lint\n/);
});
