/** Programs of the bench project as processes of their own, so that each has a heap and a CPU time of its own. */
import { join } from 'node:path';
import { capture } from '../engines/command.ts';
import { root } from '../engines/config.ts';
import { startEngines, stopEngines } from '../engines/engines.ts';
import { runningSystem, type Engines } from '../engines/run-state.ts';

export type Measured = Record<string, number>;

/** One run of a program of bench/src/BENCH. */
export type RunProgram = (bench: string, program: string, load: object) => Promise<Measured>;

export interface Load {
  operations: number;
  concurrency: number;
}

const worker = join(root, 'bench/src/worker.ts');
const tsc = join(root, 'node_modules/typescript/bin/tsc');

/** The engines that run, else some that are started now and stopped after; the libs compiled. */
export async function withWorkers<T>(
  say: (text: string) => void,
  work: (run: RunProgram, engines: Engines) => Promise<T>,
): Promise<T> {
  await capture(process.execPath, [tsc, '-b', join(root, 'bench')]);
  const running = runningSystem();
  if (running) return work(runOn(running.engines), running.engines);
  const { engines, ready } = await startEngines({ signal: new AbortController().signal, note: say });
  try {
    await ready;
    return await work(runOn(engines), engines);
  } finally {
    await stopEngines(false);
  }
}

const runOn =
  ({ postgres, kafka, redis }: Engines): RunProgram =>
  async (bench, program, load) => {
    const at = { databaseUrl: postgres.url, brokers: kafka.brokers.split(','), redisUrl: redis.url };
    const flags = ['--disable-warning=TimeoutNegativeWarning'];
    const args = [...flags, worker, bench, program, JSON.stringify({ ...at, ...load })];
    const said = await capture(process.execPath, args, { timeoutMs: 180_000 });
    // Services log to stdout as well; the last line is the answer.
    return JSON.parse(said.trim().split('\n').at(-1) ?? '') as Measured;
  };
