import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;

/**
 * Asks until it holds, and gives its answer; after the time is up, fails as it failed last. What holds, holds soon: the time is for a
 * machine that is busy or stood still.
 */
export async function eventually<R>(holds: () => R | Promise<R>, timeoutMs = 20_000): Promise<R> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await holds();
    } catch (error) {
      if (Date.now() >= end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
