/** Makes what is printed: a line per case and number, and a table for people. Pure. */
import { linesOfTable } from '@halftone/tools/terminal/table.ts';
import { comparisonLine } from '../comparison.ts';
import { line, type ComparedLine, type Line } from '../sample.ts';
import type { Measured } from '../workers.ts';

/** Shop → one measurement per round. */
export type Results = Map<string, Measured[]>;

/** Number → what it is called, and its unit. The CPU of each process follows `cpu`. */
const numbers: Readonly<Record<string, readonly [name: string, unit: Line['unit']]>> = {
  cpu: ['cpu', 'ms'],
  perSecond: ['orders', '/s'],
  placingP50: ['placing-p50', 'ms'],
  placingP99: ['placing-p99', 'ms'],
  tries: ['placing-tries', 'per order'],
  statements: ['sql-statements', 'per order'],
  commits: ['sql-commits', 'per order'],
  kafkaRequests: ['kafka-requests', 'per order'],
  kafkaProduce: ['kafka-produce', 'per order'],
  kafkaFetch: ['kafka-fetch', 'per order'],
  kafkaCommit: ['kafka-offset-commit', 'per order'],
};

/** Only without other orders do these show the path of one order. */
const ofLoneOrders: typeof numbers = {
  firstEventP50: ['placed-to-first-event-p50', 'ms'],
  shippedP50: ['placed-to-shipped-p50', 'ms'],
};

const bench = 'orders';

/** Compares, unless a peer's value is missing or too small to divide by. */
function lineOf(results: Results, name: string, unit: Line['unit'], number: string): (Line | ComparedLine)[] {
  const isKnown = (shop: string, value: number | undefined) =>
    Number.isFinite(value) && (shop === 'ours' || (value ?? 0) > 0);
  const measured = new Map([...results].filter(([shop, all]) => all.every((one) => isKnown(shop, one[number]))));
  const ours = measured.get('ours');
  if (!ours || ours.length === 0) return [];
  if (measured.size > 1) return [comparisonLine(measured, { bench, case: name, unit, number })];
  const values = ours.map((one) => one[number] ?? Number.NaN);
  return [line(bench, name, unit, values)];
}

export function linesOfCase(name: string, results: Results, isLone: boolean): (Line | ComparedLine)[] {
  const [first] = results.get('ours') ?? [];
  const processes = Object.keys(first ?? {}).filter((number) => number.startsWith('cpu '));
  return [
    ...Object.entries(isLone ? { ...numbers, ...ofLoneOrders } : numbers),
    ...processes.map((number) => [number, [number.replace(' ', '-'), 'ms']] as const),
  ].flatMap(([number, [what, unit]]) => lineOf(results, `${name} ${what}`, unit, number));
}

/** At rest: CPU and memory. */
export const linesAtRest = (results: Results): (Line | ComparedLine)[] => [
  ...lineOf(results, 'at-rest cpu', 'ms/s', 'restMs'),
  ...lineOf(results, 'memory-services', 'MiB', 'servicesMiB'),
  ...lineOf(results, 'memory-engines', 'MiB', 'enginesMiB'),
];

const columns = ['cpu', 'orders', 'placing-p50', 'placing-p99', 'sql-statements', 'sql-commits', 'kafka-requests'];

/** One row per case and shop. */
export function tableOf(lines: readonly (Line | ComparedLine)[]): string {
  const byCase = Map.groupBy(lines, ({ case: name }) => name.split(' ')[0] ?? '');
  const rows = [...byCase].flatMap(([name, some]) => rowsOf(name, some));
  return linesOfTable([['case', 'CPU ms', 'orders/s', 'p50 ms', 'p99 ms', 'SQL', 'commits', 'Kafka'], ...rows]).join(
    '\n',
  );
}

function rowsOf(name: string, lines: readonly (Line | ComparedLine)[]): string[][] {
  const cells = columns.map((column) => lines.find((one) => one.case === `${name} ${column}`));
  if (cells.every((cell) => cell === undefined)) return [];
  const peers = [...new Set(cells.flatMap((cell) => (cell && 'peers' in cell ? Object.keys(cell.peers) : [])))];
  const peerCell = (peer: string) => (cell: Line | ComparedLine | undefined) =>
    cell && 'peers' in cell ? String(cell.peers[peer]?.median ?? '') : '';
  return [
    [`${name} ours`, ...cells.map((cell) => String(cell?.ours.median ?? ''))],
    ...peers.map((peer) => [`${name} ${peer}`, ...cells.map(peerCell(peer))]),
  ];
}
