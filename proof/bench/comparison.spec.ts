import { runInTurns, comparisonLine } from './comparison.ts';

const rounds = (...values: number[]) => values.map((cpuUs) => ({ cpuUs }));

test('a line compares round by round, so that a slow machine slows both', () => {
  const results = new Map([
    ['ours', rounds(10, 20, 30)],
    ['ping', rounds(5, 10, 15)],
  ]);
  const line = comparisonLine(results, { bench: 'b', case: 'cpu', unit: 'us', number: 'cpuUs' });
  expect(line).toMatchObject({ ours: { median: 20 }, peers: { ping: { median: 10 } }, ratio: { ping: 2 }, n: 3 });
});

test('programs take turns, each first as often as last', async () => {
  const order: string[] = [];
  const run = async (_: string, program: string) => {
    order.push(program);
    return { cpuUs: 1 };
  };
  const load = { operations: 1, concurrency: 1 };
  await runInTurns(run, { bench: 'b', programs: { ours: 'a', peer: 'b' }, load }, 2, () => undefined);
  expect(order).toEqual(['a', 'b', 'b', 'a']);
});
