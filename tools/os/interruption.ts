/**
 * The wish to stop. The first one lets everything finish in order; one that comes a second later or more means now.
 * Then what still runs is left to run. The end of the program that started us is such a wish as well: nobody is left who could send one.
 */

import { forgetAll } from './started.ts';

export interface Interruption {
  signal: AbortSignal;
  /** The exit code that a shell expects of a program that ended by this signal. */
  exitCode(): number;
}

const numbers = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;

export function onInterruption(now: () => void): Interruption {
  const controller = new AbortController();
  const parent = process.ppid;
  let exitCode = 0;
  let firstAt = 0;
  const stop = (name: keyof typeof numbers) => {
    if (firstAt && Date.now() - firstAt > 1_000) {
      now();
      forgetAll();
      process.exit(128 + numbers[name]);
    }
    firstAt ||= Date.now();
    exitCode ||= 128 + numbers[name];
    controller.abort(new Error('interrupted'));
  };
  for (const name of Object.keys(numbers) as (keyof typeof numbers)[]) process.on(name, stop);
  setInterval(() => process.ppid !== parent && !firstAt && stop('SIGTERM'), 1_000).unref();
  return { signal: controller.signal, exitCode: () => exitCode };
}

/** The work's outcome, or what the signal says, whichever is first. The work is not ended: only for what may be left alone. */
export function orInterrupted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason);
    if (signal.aborted) give();
    signal.addEventListener('abort', give, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', give));
  });
}

/** Keeps the process alive until then. */
export function aborted(signal: AbortSignal): Promise<void> {
  const alive = setInterval(() => undefined, 1 << 30);
  return new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve());
  }).finally(() => clearInterval(alive));
}
