/** A running system for tools and tests: the one that is up, else one that is started now and stopped after. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environment, root } from '../os/config.ts';
import { runningSystem, type RunState } from '../os/run-state.ts';
import { awaitedLater } from '../os/waiting.ts';

export interface UsedSystem {
  run: RunState;
  /** Stops what was started here; a system that ran before stays. */
  stop(): Promise<void>;
}

export interface StartedSystem extends UsedSystem {
  /** Of its last line. */
  startMs: number;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** `npm start` without the tour; resolves when all services are ready. */
export async function startSystem(): Promise<StartedSystem> {
  const bootstrap = join(root, 'cli/bootstrap.mjs');
  const child = spawn(process.execPath, [bootstrap, 'start', '--no-tour', '--json'], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // As under npm, it ends when its parent has ended.
    env: { ...environment, npm_lifecycle_event: 'start' },
  });
  const said: string[] = [];
  createInterface({ input: child.stderr }).on('line', (line) => said.push(line));
  const failed = once(child, 'exit').then(() =>
    Promise.reject(new Error(`it did not start: ${said.slice(-3).join('; ')}`)),
  );
  void awaitedLater(failed);
  const outcome = new Promise<number>((ready) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const { startMs } = JSON.parse(line) as { startMs?: number };
      if (startMs !== undefined) ready(startMs);
    });
  });
  try {
    const startMs = await Promise.race([outcome, failed]);
    const run = runningSystem();
    // Its last line comes also when it could not start; then it ends, and says why.
    if (!run) return await failed;
    return { run, startMs, stop: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

export async function useSystem(): Promise<UsedSystem> {
  const run = runningSystem();
  return run ? { run, stop: () => Promise.resolve() } : startSystem();
}
