/**
 * The status of an invariant while the system works. An invariant that may settle is broken only when the same counter-example
 * lasts; then it stays broken until it holds. Pure.
 */
import type { Result } from './verify.ts';

type State = 'holds' | 'unsettled' | 'broken';

export interface InvariantStatus {
  state: State;
  /** The start of this counter-example; undefined while the invariant holds. */
  brokenSince: number | undefined;
  result: Result;
}

export function nextStatus(
  before: InvariantStatus | undefined,
  result: Result,
  { settles, now, patienceMs }: { settles: boolean; now: number; patienceMs: number },
): InvariantStatus {
  if (result.ok) return { state: 'holds', brokenSince: undefined, result };
  const brokenSince = (isSame(before?.result, result) ? before?.brokenSince : undefined) ?? now;
  const mayPass = settles && before?.state !== 'broken' && now - brokenSince < patienceMs;
  return { state: mayPass ? 'unsettled' : 'broken', brokenSince, result };
}

const isSame = (before: Result | undefined, { counterExample }: Result): boolean =>
  JSON.stringify(before?.counterExample) === JSON.stringify(counterExample);
