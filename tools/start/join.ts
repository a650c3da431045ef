/** Two starts of one checkout: the second shows what the first has brought up, and leaves it alone. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { home } from '../engines/config.ts';
import { tryLock, unlock } from '../engines/pid-lock.ts';
import { runningSystem } from '../engines/run-state.ts';
import { beganAt } from './config.ts';
import { addresses, outcomeOf } from './outcome.ts';
import { takeTour } from './tour-phase.ts';
import type { OsProcess } from '../engines/os-process.ts';
import type { RunState } from '../engines/run-state.ts';
import type { Progress } from './progress.ts';
import type { StartOptions } from './start.ts';

const lock = join(home, 'start.lock');
let held = false;

/** Undefined when it is ours to start; else the system that is up. Waits while another start is neither up nor gone. */
export async function lockOrJoin(signal: AbortSignal, progress: Progress): Promise<RunState | undefined> {
  let holder: OsProcess | undefined;
  let said = false;
  while ((holder = tryLock(lock))) {
    const running = runningSystem();
    if (running) return running;
    if (!said) progress.note(`another start is under way (pid ${holder.pid}), waiting for it`);
    said = true;
    await sleep(200);
    signal.throwIfAborted();
  }
  held = true;
  return undefined;
}

export function release(): void {
  if (held) unlock(lock);
  held = false;
}

/** The exit code. */
export async function joinRunning(
  running: RunState,
  options: StartOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<number> {
  progress.note(`Halftone runs already (pid ${running.owner.pid})`);
  const startMs = Date.now() - beganAt;
  const verdict = options.once && options.tour ? await takeTour(running, progress, signal) : undefined;
  if (options.json) progress.line(outcomeOf(verdict, startMs, runningSystem()));
  if (!options.once) for (const line of addresses(running)) progress.note(line);
  return verdict?.ok === false ? 1 : 0;
}
