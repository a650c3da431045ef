/** Two starts of one checkout: the second shows what the first has brought up, and leaves it alone. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { home } from '../os/config.ts';
import { startEngines, stopEngines } from '../engines/engines.ts';
import { isAlive } from '../os/os-process.ts';
import { tryLock, unlock } from '../os/pid-lock.ts';
import { readRun, runningSystem } from '../os/run-state.ts';
import { beganAt } from '../terminal/terminal.ts';
import { addresses, outcomeOf } from './outcome.ts';
import type { OsProcess } from '../os/os-process.ts';
import type { RunState } from '../os/run-state.ts';
import type { Progress } from '../terminal/progress.ts';
import type { StartOptions } from './start-options.ts';

const lock = join(home, 'start.lock');
let held = false;

/** Undefined when this command starts the system; else the running system. Waits for another start that is in progress. */
export async function lockOrJoin(signal: AbortSignal, progress: Progress): Promise<RunState | undefined> {
  let holder: OsProcess | undefined;
  let said = false;
  while ((holder = tryLock(lock))) {
    const running = await runningShop(holder, signal, progress);
    if (running) return running;
    if (!said) progress.note(`another start is under way (pid ${holder.pid}), waiting for it`);
    said = true;
    await sleep(200);
    signal.throwIfAborted();
  }
  held = true;
  return undefined;
}

/** A shop that is up. Engines that were stopped under it are started again, at their old addresses. */
async function runningShop(holder: OsProcess, signal: AbortSignal, progress: Progress): Promise<RunState | undefined> {
  const { owner, up, engines: before } = readRun();
  if (!up || owner?.pid !== holder.pid || !isAlive(holder)) return undefined;
  const note = (text: string) => progress.note(`engines of the running shop: ${text}`);
  const { engines, ready } = await startEngines({ signal, note, users: [holder] });
  await ready;
  if (JSON.stringify(engines) !== JSON.stringify(before)) note('they had stopped and were started again');
  await stopEngines();
  return runningSystem();
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
  const verdict = options.once ? await options.tour?.(running, progress, signal) : undefined;
  if (options.json) progress.line(outcomeOf(verdict, startMs, runningSystem()));
  if (!options.once) for (const line of addresses(running)) progress.note(line);
  return verdict?.ok === false ? 1 : 0;
}
