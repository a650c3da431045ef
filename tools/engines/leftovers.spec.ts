import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { birthOf } from '../os/os-process.ts';

const here = __dirname;
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'halftone-leftovers-'));
});

afterEach(() => rmSync(home, { recursive: true, force: true }));

interface Command {
  child: ChildProcess;
  /** Of the process that it has started. */
  started: number;
}

/** A command that has started a process of its own, and stays until it is killed. */
async function command(): Promise<Command> {
  const child = spawn(process.execPath, [join(here, 'fixture/command.ts')], {
    env: { ...process.env, HALFTONE_HOME: home },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return { child, started: Number(line) };
}

const noteOf = ({ child }: Command) => join(home, 'commands', `${child.pid}.json`);

async function end({ child }: Command, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

const stopLeftovers = () =>
  promisify(execFile)(process.execPath, [join(here, 'stop-leftovers.ts')], {
    env: { ...process.env, HALFTONE_HOME: home },
  });

test('what a killed command has started is stopped; what a living one has started is not', async () => {
  const [killed, living] = [await command(), await command()];
  try {
    await end(killed, 'SIGKILL');
    expect(birthOf(killed.started)).toMatch(/\d/);
    const { stderr } = await stopLeftovers();
    expect(stderr).toContain('1 left, now stopped');
    expect(birthOf(killed.started)).toBeUndefined();
    expect(existsSync(noteOf(killed))).toBe(false);
    expect(birthOf(living.started)).toMatch(/\d/);
    expect(existsSync(noteOf(living))).toBe(true);
  } finally {
    await end(living, 'SIGTERM');
  }
});

test('a command that stops what it has started leaves no note', async () => {
  const orderly = await command();
  await end(orderly, 'SIGTERM');
  expect(birthOf(orderly.started)).toBeUndefined();
  expect(existsSync(noteOf(orderly))).toBe(false);
});
