import { linesOfCase, tableOf } from './lines.ts';

const measured = (cpu: number) => ({ cpu, 'cpu postgres': cpu / 2, perSecond: 1000 / cpu, shippedP50: cpu * 2 });
const both = new Map([
  ['ours', [{ ...measured(80), 'cpu bank': 1 }]],
  ['limit', [measured(4)]],
]);
const named = (lines: { case: string }[]) => lines.map(({ case: name }) => name);

test('numbers of both shops are compared, a process of one alone is not', () => {
  const lines = linesOfCase('in-flight-16', both, false);
  expect(lines.find((line) => line.case === 'in-flight-16 cpu')).toMatchObject({
    unit: 'ms',
    ours: { median: 80 },
    peers: { limit: { median: 4 } },
    ratio: { limit: 20 },
  });
  const bank = lines.find((line) => line.case === 'in-flight-16 cpu-bank');
  expect(bank).toMatchObject({ ours: { median: 1 } });
  expect(bank).not.toHaveProperty('peers');
});

test('what was not measured has no line, and the path of one order only the case of lone orders', () => {
  expect(named(linesOfCase('in-flight-16', both, false))).not.toContain('in-flight-16 sql-statements');
  expect(named(linesOfCase('in-flight-16', both, false))).not.toContain('in-flight-16 placed-to-shipped-p50');
  expect(named(linesOfCase('lone', both, true))).toContain('lone placed-to-shipped-p50');
});

test('nothing is divided by zero', () => {
  const results = new Map([
    ['ours', [{ 'cpu valkey': 0.2 }]],
    ['limit', [{ 'cpu valkey': 0 }]],
  ]);
  expect(linesOfCase('lone', results, true)).toEqual([
    { bench: 'orders', case: 'lone cpu-valkey', unit: 'ms', ours: { median: 0.2, min: 0.2, max: 0.2 }, n: 1 },
  ]);
});

test('the table has a row per case and shop, and an empty cell where nothing was measured', () => {
  const [head = '', ...rows] = tableOf(linesOfCase('in-flight-16', both, false)).split('\n');
  expect(head.trim().split(/ {2,}/)).toEqual([
    'case',
    'CPU ms',
    'orders/s',
    'p50 ms',
    'p99 ms',
    'SQL',
    'commits',
    'Kafka',
  ]);
  expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
    ['in-flight-16 ours', '80', '12.5'],
    ['in-flight-16 limit', '4', '250'],
  ]);
});
