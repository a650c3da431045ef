/** A result for people. Pure. */
import { linesOfTable } from '@halftone/tools/terminal/table.ts';
import type { LoadResult } from './result.ts';

const columns: readonly [string, (result: LoadResult) => string | number][] = [
  ['requests', ({ requests }) => requests],
  ['failed', ({ failed }) => failed],
  ['failed first', ({ firstTryFailures }) => firstTryFailures],
  ['p95 ms', ({ p95Ms }) => p95Ms],
  ['orders', ({ orders }) => orders],
  ['listeners', ({ listeners }) => listeners],
  ['events', ({ events }) => events],
  ['gaps', ({ gaps }) => gaps],
  ['duplicates', ({ duplicates }) => duplicates],
  ['cuts', ({ reconnects }) => reconnects],
  ['slowest back ms', ({ reconnectMaxMs }) => reconnectMaxMs],
];

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

export function linesOf(result: LoadResult): string[] {
  const cells = columns.map(([title, of]) => [title, String(of(result))] as const);
  const broken = result.thresholds
    .filter(({ ok }) => !ok)
    .map(
      ({ metric, expression, seen, of }) =>
        `✘ ${metric} ${expression}: ${rounded(seen)}${of === 'sse' ? ' (event streams)' : ''}`,
    );
  const checks = result.failedChecks.map(({ name, fails }) => `✘ ${fails} × not true: ${name}`);
  const errors = result.scriptErrors.map((error) => `✘ the test itself failed: ${error}`);
  const verdict = result.ok
    ? `✔ ${result.name}: all ${result.thresholds.length} thresholds hold`
    : `✘ ${result.name} failed`;
  return [
    ...linesOfTable([cells.map(([title]) => title), cells.map(([, value]) => value)]),
    ...checks,
    ...broken,
    ...errors,
    verdict,
  ];
}
