/** Runs each program of the bench project in its own process, with its own heap and CPU time. */
import { join } from 'node:path';
import { capture } from '@halftone/tools/os/command.ts';
import { transpile } from '@halftone/tools/build/transpile.ts';
import { libs } from '@halftone/tools/build/workspace.ts';
import { root } from '@halftone/tools/os/config.ts';
import { startEngines, stopEngines } from '@halftone/tools/engines/engines.ts';
import { runningSystem, type Engines } from '@halftone/tools/os/run-state.ts';

export type Measured = Record<string, number>;

/** One run of a program of programs/BENCH. */
export type RunProgram = (bench: string, program: string, load: object) => Promise<Measured>;

export interface Load {
  operations: number;
  concurrency: number;
}

const worker = join(root, 'proof/bench/programs/worker.ts');

/** The engines that run, else some that are started now and stopped after; the libs as JavaScript. */
export async function withWorkers<T>(
  say: (text: string) => void,
  work: (run: RunProgram, engines: Engines) => Promise<T>,
): Promise<T> {
  await transpile(root, libs(root));
  const running = runningSystem();
  if (running) return work(runOn(running.engines), running.engines);
  const { engines, ready } = await startEngines({ signal: new AbortController().signal, note: say });
  try {
    await ready;
    return await work(runOn(engines), engines);
  } finally {
    await stopEngines();
  }
}

const runOn =
  ({ postgres, kafka, redis }: Engines): RunProgram =>
  async (bench, program, load) => {
    const at = { databaseUrl: postgres.url, brokers: kafka.brokers.split(','), redisUrl: redis.url };
    const flags = ['--disable-warning=TimeoutNegativeWarning'];
    const input = JSON.stringify({ ...at, ...load });
    const output = await capture(process.execPath, [...flags, worker, bench, program], { input, timeoutMs: 180_000 });
    // Services log to stdout as well; the last line is the answer.
    return JSON.parse(output.trim().split('\n').at(-1) ?? '') as Measured;
  };
