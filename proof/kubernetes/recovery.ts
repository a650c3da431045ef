/** Computes from the requests and cuts of the clients what one restart or kill cost them. Pure. */
import { linesOfTable } from '@halftone/tools/terminal/table.ts';
import type { CutSeen, RequestSeen } from '../load/load-events.ts';

export interface Seen {
  requests: readonly RequestSeen[];
  cuts: readonly Omit<CutSeen, 'listener'>[];
}

/** From the kill until the system was stable again. */
export interface Span {
  what: string;
  from: number;
  until: number;
  /** When the pod in its place was Ready; of a restart, when all were. */
  readyAt: number;
}

export interface Recovery {
  what: string;
  /** Until the last request that this made fail had its answer; none when no request failed. */
  servedAfterMs?: number | undefined;
  readyMs: number;
  requests: number;
  /** Requests that failed at their first try. */
  failedFirst: number;
  /** Of these, the ones that did not succeed later with the same key. */
  failedForGood: number;
  cuts: number;
  slowestBackMs: number;
}

const failedFirst = ({ attempts, ok }: RequestSeen): boolean => attempts > 1 || !ok;
const endOf = ({ at, ms }: RequestSeen): number => at + ms;

/** Also those that were under way when it began. */
const touches = ({ from, until }: Span, request: RequestSeen): boolean => endOf(request) >= from && request.at < until;

export function recoveryOf(span: Span, { requests, cuts }: Seen): Recovery {
  const { what, from, until, readyAt } = span;
  const touched = requests.filter((request) => touches(span, request));
  const failed = touched.filter(failedFirst);
  const cut = cuts.filter(({ at }) => at >= from && at < until);
  return {
    what,
    ...(failed.length > 0 && { servedAfterMs: Math.max(...failed.map(endOf)) - from }),
    readyMs: readyAt - from,
    requests: touched.length,
    failedFirst: failed.length,
    failedForGood: failed.filter(({ ok }) => !ok).length,
    cuts: cut.length,
    slowestBackMs: Math.max(0, ...cut.map(({ backMs }) => backMs)),
  };
}

/** The commonest reasons, each with its number. */
export function reasonsOf({ from, until }: Pick<Span, 'from' | 'until'>, { requests }: Seen): string {
  const counts = new Map<string, number>();
  for (const request of requests) {
    if (!failedFirst(request) || endOf(request) < from || request.at >= until) continue;
    const reason = `${request.name}: ${(request.why ?? 'no word').trim()}`;
    counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, 5);
  return sorted.map(([reason, count]) => `${count} × ${reason}`).join('\n');
}

/** Requests that began after the expected recovery and still failed. */
export const failedLate = ({ until }: Span, { requests }: Seen, wellFrom: number): RequestSeen[] =>
  requests.filter((request) => failedFirst(request) && request.at >= wellFrom && request.at < until);

const seconds = (ms: number | undefined): string => (ms === undefined ? '-' : (ms / 1000).toFixed(1));

const columns: readonly [string, (row: Recovery) => string][] = [
  ['', ({ what }) => what],
  ['served after s', ({ servedAfterMs }) => seconds(servedAfterMs)],
  ['ready after s', ({ readyMs }) => seconds(readyMs)],
  ['requests', ({ requests }) => String(requests)],
  ['failed once', (row) => String(row.failedFirst)],
  ['for good', ({ failedForGood }) => String(failedForGood)],
  ['cut', ({ cuts }) => String(cuts)],
  ['back after s', ({ cuts, slowestBackMs }) => (cuts > 0 ? seconds(slowestBackMs) : '-')],
];

export function recoveryTable(rows: readonly Recovery[]): string {
  const cells = [columns.map(([title]) => title), ...rows.map((row) => columns.map(([, of]) => of(row)))];
  return linesOfTable(cells)
    .map((line) => line.trimEnd())
    .join('\n');
}
