/** How long to wait before the next attempt. Pure. */
export interface BackoffLimits {
  /** The longest wait after the first failure; it doubles with each further one. */
  baseMs: number;
  capMs: number;
}

/**
 * Exponential backoff with full jitter (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): a
 * random time up to the limit, so clients that lost the same server do not return at the same moment.
 */
export const fullJitter = (
  failures: number,
  { baseMs, capMs }: BackoffLimits,
  random: () => number = Math.random,
): number => Math.min(capMs, baseMs * 2 ** failures) * random();

/** A server cannot make a client wait longer than this. */
const longestMs = 120_000;

/** The ms in a Retry-After header, seconds or a date (RFC 9110 §10.2.3); undefined without a valid one. */
export function retryAfterMs(header: string | null | undefined, now: number = Date.now()): number | undefined {
  if (!header) return undefined;
  const ms = /^\s*\d+\s*$/.test(header) ? Number(header) * 1_000 : Date.parse(header) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longestMs);
}
