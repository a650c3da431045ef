import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;

/** Asks until it holds, and gives its answer; after the time is up, fails as it failed last. */
export async function eventually<R>(holds: () => R | Promise<R>, timeoutMs = 5000): Promise<R> {
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
