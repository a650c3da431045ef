import { isDomainError } from '@halftone/kernel';
import { UndecodableError } from './event-message';

/** Attempts of a transient failure in place, about 1.5 s. Other events wait meanwhile, so no longer. */
const ATTEMPTS_IN_PLACE = 5;
/** Attempts after an unexpected error, which may be a bug or a hiccup: about 40 s, then it is dead-lettered. */
const UNEXPECTED_ATTEMPTS = 12;
const LONGEST_DELAY_MS = 5000;

type Kind = 'permanent' | 'transient' | 'timeout' | 'unexpected';

/** `timeout`: the handler used up its time, which delays all partitions of the process. */
function kindOf(error: unknown): Kind {
  if (error instanceof UndecodableError) return 'permanent';
  if (!isDomainError(error) || error.code === 'INTERNAL') return 'unexpected';
  if (error.code === 'DEADLINE_EXCEEDED') return 'timeout';
  return error.row.retryable ? 'transient' : 'permanent';
}

/**
 * Decides about a failed delivery: `retry` in place, `park` in the retry queue so that other events continue, or
 * `dead-letter`.
 */
export function actionOnFailure(error: unknown, attempt: number): 'retry' | 'park' | 'dead-letter' {
  const kind = kindOf(error);
  if (kind === 'permanent') return 'dead-letter';
  return kind === 'transient' && attempt < ATTEMPTS_IN_PLACE ? 'retry' : 'park';
}

/**
 * Decides about a parked event that failed again. Transient failures are retried without a limit, because giving up
 * would lose the effect of a good event.
 */
export function actionOnParkedFailure(error: unknown, attempt: number): 'retry' | 'dead-letter' {
  const kind = kindOf(error);
  if (kind === 'permanent') return 'dead-letter';
  return kind === 'unexpected' && attempt >= UNEXPECTED_ATTEMPTS ? 'dead-letter' : 'retry';
}

/** 100 ms, 200, 400 … 5 s. `attempt` counts from 1. */
export const delayAfter = (attempt: number): number =>
  Math.min(100 * 2 ** (Math.min(attempt, 30) - 1), LONGEST_DELAY_MS);

/** The reason and text of an error for rows and headers, without characters that a text column cannot hold. */
export function reasonOf(error: unknown): { reason: string; text: string } {
  const reason = isDomainError(error) ? error.code : error instanceof Error ? error.name : 'Unknown';
  const text = error instanceof Error ? causesOf(error) : String(error);
  return { reason: printable(reason), text: printable(text).slice(0, 1_000) };
}

/** `the value does not decode: index out of range` */
const causesOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}: ${cause.message}` : message;

const printable = (text: string): string => text.replaceAll('\0', '\u{fffd}');
