/** Waiting for something to come true, or for a while. */
import { setTimeout as sleep } from 'node:timers/promises';

/** Calls `probe` until it returns a value, then resolves with it. Rejects after the timeout with what was awaited. */
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

/** An abort only ends it early: the loop that rests looks at the signal. */
export const rest = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal }).catch(() => undefined);

/** Like `eventually`, but resolves after the timeout too; the caller reports what is missing. */
export async function waitAtMost(...args: Parameters<typeof eventually>): Promise<void> {
  await eventually(...args).catch(() => undefined);
}
