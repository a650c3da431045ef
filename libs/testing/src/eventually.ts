import { setTimeout as sleep } from 'node:timers/promises';

const PAUSE_MS = 20;

/** Within the time of one test, which is longer on real engines (jest.preset.js). */
const TIMEOUT_MS = process.env['TIER'] ? 60_000 : 20_000;

/**
 * Repeats the check until it does not throw, and returns its result. After the timeout it throws the last error. The
 * timeout is long because a test machine may be busy or paused.
 */
export async function eventually<R>(check: () => R | Promise<R>, timeoutMs = TIMEOUT_MS): Promise<R> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= end) throw error;
      await sleep(PAUSE_MS);
    }
  }
}
