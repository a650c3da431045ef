/** The effect of each fault on the clients, computed from the history and the times of the faults. Pure. */
import { lineOfTable } from '@halftone/tools/terminal/table.ts';
import { percentile } from '../harness/percentile.ts';
import type { Operation } from '../harness/workload/history.ts';

/** One fault as it happened; times in milliseconds since 1970. */
export interface InjectedFault {
  number: number;
  id: string;
  target: string;
  beganAt: number;
  /** When the fault was undone; for a kill, when it was done. */
  liftedAt: number;
  /** When the system was healthy again; undefined when it was not. */
  wellAt: number | undefined;
  /** False when no request reached the failpoint, so the fault had no effect. */
  hit: boolean;
  /** The expected metrics that changed. */
  signals: string[];
  problem?: string;
}

/** Keys of operations that verify found wrong. */
export interface WrongOperations {
  /** Acknowledged, and without an effect. */
  lost: ReadonlySet<string>;
  /** More than one effect, or one of a request that was refused. */
  duplicated: ReadonlySet<string>;
}

export interface FaultReport {
  fault: number;
  id: string;
  target: string;
  /** It healed, and nothing was lost or done twice. */
  ok: boolean;
  hit: boolean;
  /** How long the fault lasted. */
  heldMs: number;
  /** From then until orders went through again and every process was ready; null when they never did. */
  recoveryMs: number | null;
  /** Requests that were under way at any moment until then. */
  requests: number;
  /** Those that failed at first and succeeded when they were sent again. */
  retried: number;
  /** Those whose clients gave up without knowing. */
  unknown: number;
  lost: number;
  duplicated: number;
  p99Ms: number;
  signals: string[];
  problem?: string;
}

export function reportOf(fault: InjectedFault, operations: readonly Operation[], wrong: WrongOperations): FaultReport {
  const { number, id, target, hit, beganAt, liftedAt, wellAt, signals, problem } = fault;
  const met = operations.filter((one) => one.invokedAt <= (wellAt ?? Infinity) && (one.endedAt ?? Infinity) >= beganAt);
  const counts = countsOf(met, wrong);
  return {
    fault: number,
    id,
    target,
    ok: wellAt !== undefined && counts.lost === 0 && counts.duplicated === 0,
    hit,
    heldMs: liftedAt - beganAt,
    recoveryMs: wellAt === undefined ? null : wellAt - liftedAt,
    ...counts,
    signals,
    ...(problem && { problem }),
  };
}

export type Counts = Pick<FaultReport, 'requests' | 'retried' | 'unknown' | 'lost' | 'duplicated' | 'p99Ms'>;

export function countsOf(operations: readonly Operation[], { lost, duplicated }: WrongOperations): Counts {
  return {
    requests: operations.length,
    retried: operations.filter(({ type, tries = 1 }) => type === 'ok' && tries > 1).length,
    unknown: operations.filter(({ type }) => type === 'unknown').length,
    lost: operations.filter(({ key }) => lost.has(key)).length,
    duplicated: operations.filter(({ key }) => duplicated.has(key)).length,
    p99Ms: p99(
      operations.flatMap(({ type, invokedAt, endedAt }) => (type === 'ok' && endedAt ? [endedAt - invokedAt] : [])),
    ),
  };
}

/** 0 for no values. */
export const p99 = (values: readonly number[]): number => percentile(values, 0.99) ?? 0;

const columns: readonly (readonly [string, number, (report: FaultReport) => string])[] = [
  ['#', 3, ({ fault }) => String(fault)],
  ['fault', -24, ({ id }) => id],
  ['target', -42, ({ target }) => target],
  ['held s', 7, ({ heldMs }) => seconds(heldMs)],
  [
    'well after s',
    12,
    ({ recoveryMs, hit }) => (hit ? (recoveryMs === null ? 'NEVER' : seconds(recoveryMs)) : 'not hit'),
  ],
  ['requests', 8, ({ requests }) => String(requests)],
  ['retried', 7, ({ retried }) => String(retried)],
  ['unknown', 7, ({ unknown }) => String(unknown)],
  ['lost', 5, ({ lost }) => String(lost)],
  ['double', 6, ({ duplicated }) => String(duplicated)],
  ['p99 ms', 7, ({ p99Ms }) => String(p99Ms)],
  ['seen by', 8, ({ signals }) => String(signals.length)],
];

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

const lineOf = (cellOf: (column: (typeof columns)[number]) => string): string =>
  lineOfTable(
    columns.map(cellOf),
    columns.map(([, width]) => width),
  );

export const tableHead = (): string => lineOf(([name]) => name);

export const tableLine = (report: FaultReport): string =>
  [lineOf(([, , text]) => text(report)), report.problem].filter(Boolean).join('\n     ');
