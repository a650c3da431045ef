import { setTimeout as sleep } from 'node:timers/promises';
import { type DomainError, isDomainError } from '@halftone/kernel';

const firstPauseMs = 25;
const longestPauseMs = 400;

/** Exponential with full jitter, so that the callers of a peer that returns do not come all at once. */
export const pauseMs = (attempt: number, random: number = Math.random()): number =>
  random * Math.min(firstPauseMs * 2 ** attempt, longestPauseMs);

/**
 * Repeats `work` while the peer is away, until `deadline` (epoch ms). The last error is thrown when the next try would
 * come too late. Only UNAVAILABLE is repeated: any other answer is an answer.
 *
 * The peer may have done the work and died before it could say so, and another replica may be asked the second time. That is safe for every
 * unary call there is: a read has no effect, and a write carries the key of its caller's request, under which the service's own table makes
 * it once whoever asks how often. A call of which neither is true says `retry: false`.
 */
export async function whileUnavailable<R>(deadline: number, work: () => Promise<R>): Promise<R> {
  let away: DomainError | undefined;
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      // The budget ran out while a peer that is away was asked again: that it is away is what the caller has to know.
      if (away && isDomainError(error) && error.code === 'DEADLINE_EXCEEDED') throw away;
      const pause = pauseMs(attempt);
      const again = isDomainError(error) && error.code === 'UNAVAILABLE' && Date.now() + pause < deadline;
      if (!again) throw error;
      away = error;
      await sleep(pause);
    }
  }
}
