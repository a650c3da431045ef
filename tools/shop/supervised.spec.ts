import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually } from '../os/waiting.ts';
import { isAlive, type OsProcess } from '../os/os-process.ts';
import { shortestMs } from './backoff.ts';
import { Supervised } from './supervised.ts';

let folder: string;
let open: Supervised[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'halftone-supervised-'));
  open = [];
});
afterEach(() => {
  open.forEach((supervised) => supervised.kill());
  rmSync(folder, { recursive: true, force: true });
});

/** A real process of this script, and how often it was started. */
function supervise(script: string) {
  const runs: number[] = [];
  const how = { command: process.execPath, args: ['-e', script], env: {}, cwd: folder, log: join(folder, 'log') };
  const supervised = new Supervised(
    how,
    () => undefined,
    () => runs.push(performance.now()),
  );
  open.push(supervised);
  return { supervised, runs };
}

const runsForEver = 'setInterval(() => undefined, 1_000)';
const current = ({ process }: Supervised): OsProcess => {
  if (!process) throw new Error('nothing was started');
  return process;
};
/** Long enough for a start that was due to have happened. */
const untilAStartWasDue = () => sleep(3 * shortestMs);

test('a process that is killed is started again, as another one', async () => {
  const { supervised, runs } = supervise(runsForEver);
  await supervised.start();
  const first = current(supervised);
  process.kill(first.pid, 'SIGKILL');
  await eventually('the second run', () => (supervised.process?.pid !== first.pid ? true : undefined));
  expect(isAlive(first)).toBe(false);
  expect(isAlive(current(supervised))).toBe(true);
  expect(runs).toHaveLength(2);
});

test('each wait is longer than the one before while it keeps ending', async () => {
  const { supervised, runs } = supervise('process.exit(1)');
  await supervised.start();
  await eventually('four runs', () => runs.length >= 4 || undefined);
  const [a = 0, b = 0, c = 0, d = 0] = runs;
  // A timer may be late and is hardly ever early.
  const tolerance = 20;
  expect(b - a).toBeGreaterThan(shortestMs - tolerance);
  expect(c - b).toBeGreaterThan(2 * shortestMs - tolerance);
  expect(d - c).toBeGreaterThan(4 * shortestMs - tolerance);
});

test('one that refuses its configuration is given up, with its exit code, and never started again', async () => {
  const { supervised, runs } = supervise('process.exit(78)');
  await supervised.start();
  const exit = await eventually('the end', () => supervised.gaveUp);
  expect(exit.code).toBe(78);
  await untilAStartWasDue();
  expect(runs).toHaveLength(1);
});

test('a stop during the wait for a restart: there is no restart', async () => {
  const { supervised, runs } = supervise('process.exit(1)');
  await supervised.start();
  const first = current(supervised);
  await eventually('its end', () => !isAlive(first) || undefined, { everyMs: 5 });
  await supervised.stop(1_000);
  const before = runs.length;
  await untilAStartWasDue();
  expect(runs).toHaveLength(before);
});

test('a stop while the process is being made ends that one too', async () => {
  const { supervised, runs } = supervise(runsForEver);
  const starting = supervised.start();
  await supervised.stop(1_000);
  await starting;
  await eventually('its end', () => !isAlive(current(supervised)) || undefined);
  await untilAStartWasDue();
  expect(runs).toHaveLength(1);
});

test('a stop waits for the process to end and kills what does not obey', async () => {
  const { supervised, runs } = supervise(`process.on('SIGTERM', () => undefined); ${runsForEver}`);
  await supervised.start();
  const deaf = current(supervised);
  await supervised.stop(300);
  expect(isAlive(deaf)).toBe(false);
  await untilAStartWasDue();
  expect(runs).toHaveLength(1);
});

test('a restart ends the process and starts it again', async () => {
  const { supervised, runs } = supervise(runsForEver);
  await supervised.start();
  const { pid } = current(supervised);
  supervised.restart();
  await eventually('the second run', () => (supervised.process?.pid !== pid ? true : undefined));
  expect(runs).toHaveLength(2);
});
