/**
 * How an invariant stands while the system works: there is always something under way, so what may settle is broken only once one and
 * the same counter-example has stayed, and then until it holds. Pure.
 */
import type { Result } from './verify.ts';

export type State = 'holds' | 'unsettled' | 'broken';

export interface Standing {
  state: State;
  /** Since when this counter-example is there; undefined while it holds. */
  brokenSince: number | undefined;
  result: Result;
}

export function standingOf(
  before: Standing | undefined,
  result: Result,
  { settles, now, patienceMs }: { settles: boolean; now: number; patienceMs: number },
): Standing {
  if (result.ok) return { state: 'holds', brokenSince: undefined, result };
  const brokenSince = (isSame(before?.result, result) ? before?.brokenSince : undefined) ?? now;
  const mayPass = settles && before?.state !== 'broken' && now - brokenSince < patienceMs;
  return { state: mayPass ? 'unsettled' : 'broken', brokenSince, result };
}

const isSame = (before: Result | undefined, { counterExample }: Result): boolean =>
  JSON.stringify(before?.counterExample) === JSON.stringify(counterExample);
