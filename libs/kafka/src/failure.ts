import { isDomainError } from '@halftone/kernel';
import { UndecodableError } from './event-message';

/** What trying again may repair is waited for in place this often, about 1.5 s; others wait meanwhile, so not for longer. */
const TRIES_IN_PLACE = 5;
/** An unforeseen error may be a bug or a hiccup: this many tries, about 40 s, then it is a dead letter. */
const UNFORESEEN_TRIES = 12;
const LONGEST_DELAY_MS = 5000;

type Kind = 'hopeless' | 'passing' | 'slow' | 'unforeseen';

/** `slow`: the handler used up its time, which all partitions of the process feel. */
function kindOf(error: unknown): Kind {
  if (error instanceof UndecodableError) return 'hopeless';
  if (!isDomainError(error) || error.code === 'INTERNAL') return 'unforeseen';
  if (error.code === 'DEADLINE_EXCEEDED') return 'slow';
  return error.row.retryable ? 'passing' : 'hopeless';
}

/** What to do about a delivery that failed: `again` in place after a while, `park` so that others pass, or `dead`. */
export function verdictOn(error: unknown, attempt: number): 'again' | 'park' | 'dead' {
  const kind = kindOf(error);
  if (kind === 'hopeless') return 'dead';
  return kind === 'passing' && attempt < TRIES_IN_PLACE ? 'again' : 'park';
}

/**
 * What to do about a parked event that failed again. What may pass is tried for as long as it takes, because giving up on those would lose
 * the effect of a good event.
 */
export function verdictOnParked(error: unknown, attempt: number): 'again' | 'dead' {
  const kind = kindOf(error);
  if (kind === 'hopeless') return 'dead';
  return kind === 'unforeseen' && attempt >= UNFORESEEN_TRIES ? 'dead' : 'again';
}

/** 100 ms, 200, 400 … 5 s. `attempt` counts from 1. */
export const delayAfter = (attempt: number): number =>
  Math.min(100 * 2 ** (Math.min(attempt, 30) - 1), LONGEST_DELAY_MS);

/** For rows and headers, so without what text of a row cannot hold. */
export function reasonOf(error: unknown): { reason: string; text: string } {
  const reason = isDomainError(error) ? error.code : error instanceof Error ? error.name : 'Unknown';
  const text = error instanceof Error ? causesOf(error) : String(error);
  return { reason: printable(reason), text: printable(text).slice(0, 1_000) };
}

/** `the value does not decode: index out of range` */
const causesOf = ({ message, cause }: Error): string =>
  cause instanceof Error ? `${message}: ${cause.message}` : message;

const printable = (text: string): string => text.replaceAll('\0', '\u{fffd}');
