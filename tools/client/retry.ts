/**
 * When a call may be sent again. Safe for every call this client makes: reads have no effect, and each write carries an
 * Idempotency-Key that stays the same over all tries.
 */
import { setTimeout as sleep } from 'node:timers/promises';

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

/** Asks until `probe` gives something, then gives it. Rejects with what was waited for. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  { withinMs = 60_000, everyMs = 50 } = {},
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (performance.now() > deadline) throw new Error(`waited ${withinMs} ms for ${what}`);
    await sleep(everyMs);
  }
}
