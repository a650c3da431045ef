/**
 * When a call may be sent again. Safe for every call this client makes: reads have no effect, and each write carries an
 * Idempotency-Key that stays the same over all tries.
 */

const passing = new Set([429, 502, 503, 504]);

/** 409 only while the first try still runs; any other conflict is an answer. */
export const mayRetry = (status: number, code: string | undefined): boolean =>
  passing.has(status) || (status === 409 && code === 'IDEMPOTENCY_IN_FLIGHT');

/** Milliseconds before try number `attempt + 1`: 100, 200, 400 … at most 2 s, half of it random; what the server asks for wins. */
export function backoff(attempt: number, retryAfter?: string | null, random: () => number = Math.random): number {
  const asked = retryAfter ? Number(retryAfter) * 1000 : 0;
  const own = Math.min(2000, 100 * 2 ** (attempt - 1)) * (0.5 + random() / 2);
  return Math.max(own, Number.isFinite(asked) ? Math.min(asked, 10_000) : 0);
}
