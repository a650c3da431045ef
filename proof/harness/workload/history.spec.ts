import { operationsOf, parseHistory, type Line } from './history.ts';

const line = (op: string, type: Line['type'], more: Partial<Line> = {}): Line => ({
  op,
  type,
  process: 'c1',
  key: `key-${op}`,
  f: 'transfer',
  customer: 'load-1',
  value: { to: 'load-2', amount: 1, currency: 'USD' },
  time: 1,
  ...more,
});

test('an operation has the end that was written, and the answer', () => {
  const operations = operationsOf([line('a', 'invoke'), line('a', 'ok', { time: 5, status: 201, body: '{}' })]);
  expect(operations).toEqual([
    expect.objectContaining({ op: 'a', type: 'ok', invokedAt: 1, endedAt: 5, status: 201, body: '{}' }),
  ]);
});

test('one whose end was never written is unknown', () => {
  const [operation] = operationsOf([line('a', 'invoke'), line('b', 'invoke'), line('b', 'fail')]);
  expect(operation).toMatchObject({ op: 'a', type: 'unknown', endedAt: undefined });
});

test.each([
  ['an end without a beginning', [line('a', 'ok')]],
  ['two beginnings', [line('a', 'invoke'), line('a', 'invoke')]],
  ['two ends', [line('a', 'invoke'), line('a', 'ok'), line('a', 'fail')]],
])('%s is no history', (_, lines) => {
  expect(() => operationsOf(lines)).toThrow('operation a');
});

test('a file is read as it was written', () => {
  const lines = [line('a', 'invoke'), line('a', 'unknown')];
  expect(parseHistory(`${lines.map((one) => JSON.stringify(one)).join('\n')}\n`)).toEqual(lines);
});
