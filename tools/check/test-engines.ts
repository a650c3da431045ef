/**
 * Engines for the integration tests alone, with data of their own that begins empty: those tests publish events of orders that
 * exist nowhere else, which a running system would take for its own.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { environment, root, testHome } from '../os/config.ts';
import { paths } from '../os/home.ts';
import type { Engines } from '../os/run-state.ts';
import { runNode } from './command.ts';
import { awaitedLater } from '../os/waiting.ts';

const programs = join(testHome, 'engines');

const foldersOf = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
    : [];

const main = join(root, 'cli/main.ts');

/** Downloaded programs are shared with the home of everything else, data is not. */
async function prepareHome(signal: AbortSignal): Promise<void> {
  // Engines of a run that was killed would keep their old data.
  if (existsSync(testHome)) await runNode(main, ['engines', 'stop'], { env: { HALFTONE_HOME: testHome }, signal });
  rmSync(join(testHome, 'data'), { recursive: true, force: true });
  rmSync(programs, { recursive: true, force: true });
  mkdirSync(programs, { recursive: true });
  for (const name of foldersOf(paths.engines)) symlinkSync(join(paths.engines, name), join(programs, name));
}

/** Keeps downloaded files where the next start looks for them. */
function shareDownloads(): void {
  mkdirSync(paths.engines, { recursive: true });
  for (const name of foldersOf(programs)) {
    if (!existsSync(join(paths.engines, name))) renameSync(join(programs, name), join(paths.engines, name));
  }
}

async function stop(engines: ChildProcess): Promise<void> {
  if (engines.exitCode !== null || engines.signalCode !== null) return;
  const ended = once(engines, 'exit');
  engines.kill('SIGTERM');
  await ended;
}

function urlsOf({ postgres, kafka, redis }: Engines): Record<string, string> {
  return { DATABASE_URL: postgres.url, KAFKA_BROKERS: kafka.brokers, REDIS_URL: redis.url };
}

/** Gives the work the engines' addresses as environment, and stops them whatever the work did. */
export async function withTestEngines<T>(
  signal: AbortSignal,
  work: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  await prepareHome(signal);
  const engines = spawn(process.execPath, [main, 'engines', '--json'], {
    env: { ...environment, HALFTONE_HOME: testHome },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const said: string[] = [];
  createInterface({ input: engines.stderr }).on('line', (line) => said.push(line));
  const interrupt = () => engines.kill('SIGTERM');
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    const exited = once(engines, 'exit').then(() =>
      Promise.reject(new Error(`the engines did not start: ${said.slice(-3).join('; ')}`)),
    );
    void awaitedLater(exited);
    const [line] = (await Promise.race([once(createInterface({ input: engines.stdout }), 'line'), exited])) as [string];
    return await work(urlsOf((JSON.parse(line) as { engines: Engines }).engines));
  } finally {
    signal.removeEventListener('abort', interrupt);
    await stop(engines);
    shareDownloads();
  }
}
