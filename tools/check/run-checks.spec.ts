import type { Check } from './check.ts';
import { chosenOf, takeSteps } from './run-checks.ts';

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

test('parallel lists run side by side, each in its order; the next step waits for all of them', async () => {
  const log: string[] = [];
  const check = (name: string): Check => ({ name, run: async () => ({ passed: 1, failed: 0, output: '' }) });
  const [a, b, c, d, e] = ['a', 'b', 'c', 'd', 'e'].map(check) as [Check, Check, Check, Check, Check];
  const gates = new Map([a, b, c, d, e].map(({ name }) => [name, Promise.withResolvers<void>()]));
  const end = async (name: string) => {
    gates.get(name)?.resolve();
    await new Promise(setImmediate);
  };
  const all = takeSteps([{ parallel: [[a, b], [c], [d]] }, e], async ({ name }) => {
    log.push(name);
    await gates.get(name)?.promise;
  });
  expect(log).toEqual(['a', 'c', 'd']);
  await end('a');
  expect(log.at(-1)).toBe('b');
  for (const name of ['b', 'c']) await end(name);
  expect(log).not.toContain('e');
  for (const name of ['d', 'e']) await end(name);
  await all;
  expect(log).toEqual(['a', 'c', 'd', 'b', 'e']);
});
