import { isDomainError } from '@halftone/kernel';
import { UndecodableError } from './event-message';

/** An unforeseen error may be a bug or a hiccup: this many tries, about 40 s, then it is a dead letter. */
const UNFORESEEN_TRIES = 12;
const LONGEST_DELAY_MS = 5000;

/**
 * What to do about a failed delivery: `again` after a while, or `dead`. Retryable errors (a database or peer that is away)
 * are tried for as long as it takes, because giving up on those would lose the effect of a good event.
 */
export function verdictOn(error: unknown, attempt: number): 'again' | 'dead' {
  if (error instanceof UndecodableError) return 'dead';
  const foreseen = isDomainError(error) && error.code !== 'INTERNAL';
  if (foreseen) return error.row.retryable ? 'again' : 'dead';
  return attempt < UNFORESEEN_TRIES ? 'again' : 'dead';
}

/** 100 ms, 200, 400 … 5 s. `attempt` counts from 1. */
export const delayAfter = (attempt: number): number => Math.min(100 * 2 ** (attempt - 1), LONGEST_DELAY_MS);
