/** Brings Halftone up, shows it, and keeps it up until told to stop. One start at a time; a second one joins the first. */
import { beganAt, installMs } from './config.ts';
import { joinRunning, lockOrJoin, release } from './join.ts';
import { addresses, outcomeOf } from './outcome.ts';
import { aborted, onInterruption } from '../engines/interruption.ts';
import { startSystem } from './system.ts';
import { takeTour } from './tour-phase.ts';
import type { Progress } from './progress.ts';
import type { Interruption } from '../engines/interruption.ts';
import type { System } from './system.ts';

export interface StartOptions {
  once: boolean;
  json: boolean;
  tour: boolean;
  /** What goes on while it stays up. */
  whileUp?: (system: System, signal: AbortSignal) => Promise<void>;
}

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
    const verdict = options.tour ? await takeTour(system.run, progress, signal) : undefined;
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
