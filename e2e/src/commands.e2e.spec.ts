/** The commands beside a running shop: what they refuse, and that none stops what another one needs. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { home, root } from '@halftone/tools/os/config.ts';
import { birthOf, isAlive, type OsProcess } from '@halftone/tools/os/os-process.ts';
import { readRecord } from '@halftone/tools/engines/engine-lifecycle.ts';
import { engineUsers } from '@halftone/tools/engines/engine-users.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { brokenInvariants, system } from './system';

const bootstrap = join(root, 'cli/bootstrap.mjs');
const engineNames = ['postgres', 'kafka', 'redis'] as const;

interface Ended {
  code: number;
  output: string;
}

const halftone = (...args: string[]): Promise<Ended> =>
  new Promise((resolve) =>
    execFile(process.execPath, [bootstrap, ...args], (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    ),
  );

/** The engines of the running shop, by their processes. */
const engines = (): OsProcess[] =>
  engineNames.map((name) => {
    const { pid = 0, born = '' } = readRecord(name) ?? {};
    return { pid, born };
  });

const childOf = (pid: number): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);

/** `halftone engines` beside the shop; resolves when it uses them. */
async function attached(): Promise<{ bootstrapped: ChildProcess; command: number }> {
  const bootstrapped = spawn(process.execPath, [bootstrap, 'engines'], { stdio: 'ignore' });
  const command = await eventually('engines to attach', async () => {
    const child = childOf(bootstrapped.pid ?? 0);
    return engineUsers().some(({ pid }) => pid === child) ? child : undefined;
  });
  return { bootstrapped, command };
}

/** The names of the table in docs/commands.md, which a test of cli compares with the registry. */
const names = [...readFileSync(join(root, 'docs/commands.md'), 'utf8').matchAll(/^\| `([a-z0-9 ]+)` \|/gm)].map(
  ([, name = '']) => name.split(' '),
);

test('each command refuses an option it does not know with 64, and its help changes nothing', async () => {
  expect((await halftone('--help')).code).toBe(0);
  expect(names.map((name) => name.join(' '))).toEqual(
    expect.arrayContaining(['build', 'chaos', 'generate', 'engines', 'start', 'verify', 'k8s up', 'dlq list']),
  );
  const supergraph = join(root, 'apps/graph/src/supergraph.ts');
  const before = statSync(supergraph).mtimeMs;
  const answers: Record<string, number[]> = {};
  for (const name of names) {
    const [help, wrong] = [await halftone(...name, '--help'), await halftone(...name, '--no-such-option')];
    answers[name.join(' ')] = [help.code, wrong.code];
  }
  expect(answers).toEqual(Object.fromEntries(names.map((name) => [name.join(' '), [0, 64]])));
  expect(statSync(supergraph).mtimeMs).toBe(before);
});

test.each([
  'engines bogus',
  'chaos --seed abc',
  'chaos --minutes 0',
  'lab failures --only nonsense',
  'bench startup bogus',
  'dev bogus',
])('`%s` is refused with 64, and the shop runs on', async (line) => {
  const before = engines();
  expect((await halftone(...line.split(' '))).code).toBe(64);
  expect(engines()).toEqual(before);
  expect(before.every(isAlive)).toBe(true);
});

test('a cluster that does not answer is something missing: 69', async () => {
  const { code, output } = await halftone('k8s', 'report', '--context', 'no-such-cluster');
  // Without kubectl that is what is missing.
  expect({ code, says: /does not answer|kubectl is not on PATH/.test(output) }).toEqual({ code: 69, says: true });
});

test('Ctrl-C of `engines` leaves the engines that the shop uses', async () => {
  const before = engines();
  const { bootstrapped } = await attached();
  const ended = once(bootstrapped, 'exit');
  bootstrapped.kill('SIGINT');
  await ended;
  expect(engines()).toEqual(before);
  expect(before.every(isAlive)).toBe(true);
  expect(await brokenInvariants()).toEqual([]);
});

test('a command that is killed leaves nothing of its own, and what others use', async () => {
  const before = engines();
  const { bootstrapped, command } = await attached();
  const note = join(home, 'commands', `${command}.json`);
  expect(existsSync(note)).toBe(true);
  const ended = once(bootstrapped, 'exit');
  process.kill(command, 'SIGKILL');
  await ended;
  expect(existsSync(note)).toBe(false);
  expect(before.every(isAlive)).toBe(true);
});

test('a second start brings back engines that were stopped under the running shop', async () => {
  const before = engines();
  for (const { pid } of before) process.kill(pid, 'SIGKILL');
  await eventually('the engines to be gone', async () => before.every(({ pid }) => !birthOf(pid)) || undefined);
  const { code, output } = await halftone('start', '--no-tour');
  expect(output).toContain('were started again');
  expect(code).toBe(0);
  expect(engines().every(isAlive)).toBe(true);
  expect(system().engines.postgres.pid).toBe(engines()[0]?.pid);
  expect(await brokenInvariants()).toEqual([]);
});
