import { setTimeout as sleep } from 'node:timers/promises';
import { type DomainError, isDomainError } from '@halftone/kernel';

const firstPauseMs = 25;
const longestPauseMs = 400;

/** Exponential backoff with full jitter, so callers do not all return to a recovered peer at the same time. */
export const pauseMs = (attempt: number, random: number = Math.random()): number =>
  random * Math.min(firstPauseMs * 2 ** attempt, longestPauseMs);

/**
 * Retries `work` while the peer is UNAVAILABLE, until `deadline` (epoch ms). Throws the last error when the next
 * attempt would be too late. Other errors are not retried.
 *
 * The peer may have done the work and died before it answered, and another replica may get the retry. That is safe
 * for every unary call: a read has no effect, and a write carries its caller's idempotency key.
 */
export async function retryWhileUnavailable<R>(deadline: number, work: () => Promise<R>): Promise<R> {
  let unavailable: DomainError | undefined;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      // The deadline passed while an unavailable peer was retried: the caller must know that it is unavailable.
      if (unavailable && isDomainError(error) && error.code === 'DEADLINE_EXCEEDED') throw unavailable;
      const pause = pauseMs(attempt);
      const again = isDomainError(error) && error.code === 'UNAVAILABLE' && Date.now() + pause < deadline;
      if (!again) throw error;
      unavailable = error;
      await sleep(pause);
    }
  }
}
