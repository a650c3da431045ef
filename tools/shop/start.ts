/** Starts Halftone, prints its addresses, and runs until a signal. One start at a time; a second one joins the first. */
import { beganAt, installMs } from '../terminal/terminal.ts';
import { joinRunning, lockOrJoin, release } from './join.ts';
import { addresses, outcomeOf } from './outcome.ts';
import { aborted, onInterruption } from '../os/interruption.ts';
import { startSystem } from './system.ts';
import type { Progress } from '../terminal/progress.ts';
import type { Interruption } from '../os/interruption.ts';
import type { System } from './system.ts';
import type { StartOptions } from './start-options.ts';

/** The exit code. */
export async function start(options: StartOptions, progress: Progress): Promise<number> {
  let system: System | undefined;
  const interruption = onInterruption(() => system?.kill());
  progress.step({ step: 'install', ok: true, ms: installMs, detail: installMs > 5_000 ? 'npm ci' : 'up to date' });
  try {
    const running = await lockOrJoin(interruption.signal, progress);
    if (running) return await joinRunning(running, options, progress, interruption.signal);
    system = await startSystem(progress, interruption.signal);
    return await serve(system, options, progress, interruption);
  } catch (error) {
    if (options.json) progress.line(outcomeOf({ ok: false, lost: 0, duplicated: 0 }, Date.now() - beganAt, undefined));
    if (interruption.signal.aborted) progress.note('interrupted, everything is stopped');
    else progress.failure(error);
    return interruption.exitCode() || 1;
  } finally {
    release();
  }
}

async function serve(
  system: System,
  options: StartOptions,
  progress: Progress,
  { signal, exitCode }: Interruption,
): Promise<number> {
  try {
    const startMs = Date.now() - beganAt;
    progress.step({ step: 'ready', ok: true, ms: startMs, detail: 'since the command began' });
    const verdict = await options.tour?.(system.run, progress, signal);
    if (options.json) progress.line(outcomeOf(verdict, startMs, system.run));
    if (signal.aborted) return exitCode();
    if (options.once) return verdict?.ok === false ? 1 : 0;
    for (const line of addresses(system.run)) progress.note(line);
    progress.note('Ctrl-C stops everything');
    await Promise.all([aborted(signal), options.whileUp?.(system, signal)]);
    return 0;
  } finally {
    progress.note('stopping');
    await system.stop();
  }
}
