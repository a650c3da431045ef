/** How long to wait before the next try. Pure. */
export interface BackoffLimits {
  /** Most that is waited after the first failure; doubled with each further one. */
  baseMs: number;
  capMs: number;
}

/**
 * Exponential backoff with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): anything between
 * nothing and the limit, so that clients which lost the same server at the same moment do not come back at the same moment.
 */
export const fullJitter = (
  failures: number,
  { baseMs, capMs }: BackoffLimits,
  random: () => number = Math.random,
): number => Math.min(capMs, baseMs * 2 ** failures) * random();

/** A server cannot send a client away for longer than this. */
const longestMs = 120_000;

/** What a Retry-After says, seconds or a date (RFC 9110 §10.2.3), in ms; undefined when it says nothing. */
export function retryAfterMs(header: string | null | undefined, now: number = Date.now()): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestMs);
}
