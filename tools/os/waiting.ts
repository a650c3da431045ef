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

/** Whether it comes true in time. Rejects when the signal aborts. */
export async function comesTrue(
  holds: () => boolean,
  { withinMs, signal, everyMs = 20 }: { withinMs: number; signal: AbortSignal; everyMs?: number },
): Promise<boolean> {
  const deadline = performance.now() + withinMs;
  while (!holds() && performance.now() < deadline) await sleep(everyMs, undefined, { signal });
  return holds();
}

/** Node ends the process for a rejection without a handler. This adds one; a later await still gets the error. */
export function awaitedLater<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}
