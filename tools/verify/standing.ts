/** How an invariant stands while the system works: what may settle is broken only once it has stayed so. Pure. */
import type { Result } from './verify.ts';

export type State = 'holds' | 'unsettled' | 'broken';

export interface Standing {
  state: State;
  /** When it stopped to hold; undefined while it does. */
  brokenSince: number | undefined;
  result: Result;
}

export function standingOf(
  before: Standing | undefined,
  result: Result,
  { settles, now, patienceMs }: { settles: boolean; now: number; patienceMs: number },
): Standing {
  if (result.ok) return { state: 'holds', brokenSince: undefined, result };
  const brokenSince = before?.brokenSince ?? now;
  const state = settles && now - brokenSince < patienceMs ? 'unsettled' : 'broken';
  return { state, brokenSince, result };
}
