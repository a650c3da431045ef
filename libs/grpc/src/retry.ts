import { setTimeout as sleep } from 'node:timers/promises';
import { isDomainError } from '@halftone/kernel';

const firstPauseMs = 25;
const longestPauseMs = 400;

/** Exponential with full jitter, so that the callers of a peer that returns do not come all at once. */
export const pauseMs = (attempt: number, random: number = Math.random()): number =>
  random * Math.min(firstPauseMs * 2 ** attempt, longestPauseMs);

/**
 * Repeats `work` while the peer is away, until `deadline` (epoch ms). The last error is thrown when the next try would
 * come too late. Only UNAVAILABLE is repeated: any other answer is an answer.
 */
export async function whileUnavailable<R>(deadline: number, work: () => Promise<R>): Promise<R> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const pause = pauseMs(attempt);
      const again = isDomainError(error) && error.code === 'UNAVAILABLE' && Date.now() + pause < deadline;
      if (!again) throw error;
      await sleep(pause);
    }
  }
}
