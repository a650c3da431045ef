/**
 * Processes that outlive the command that starts them. Each gets a session of its own, so a Ctrl-C in the terminal
 * reaches only the command, and the command decides in which order the rest stops.
 * A process is identified by pid and start time, so that a reused pid is never signalled.
 */
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface OsProcess {
  pid: number;
  born: string;
}

export interface Launch {
  command: string;
  args: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** Output goes to this file, truncated first unless `append`. */
  log: string;
  append?: boolean;
  user?: { uid: number; gid: number } | undefined;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Launched extends OsProcess {
  exited: Promise<Exit>;
}

/** The start time of the process, as the system reports it; undefined when there is none or it is a zombie. */
export function birthOf(pid: number): string | undefined {
  try {
    if (process.platform !== 'linux') {
      return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim() || undefined;
    }
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

export function isAlive({ pid, born }: OsProcess): boolean {
  return birthOf(pid) === born;
}

export function thisProcess(): OsProcess {
  return { pid: process.pid, born: birthOf(process.pid) ?? '' };
}

/** Processes started by the work create files that only their user can read. A child inherits the umask when it is spawned. */
function privately<Result>(work: () => Result): Result {
  const before = process.umask(0o077);
  try {
    return work();
  } finally {
    process.umask(before);
  }
}

export async function launch({ command, args, env, cwd, log, append, user }: Launch): Promise<Launched> {
  mkdirSync(dirname(log), { recursive: true, mode: 0o700 });
  const output = openSync(log, append ? 'a' : 'w', 0o600);
  try {
    const child = privately(() =>
      spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', output, output], ...user }),
    );
    const exited = new Promise<Exit>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
    await new Promise<void>((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    child.unref();
    const pid = child.pid ?? 0;
    return { pid, born: birthOf(pid) ?? '', exited };
  } finally {
    closeSync(output);
  }
}

/** Asks the process to end, waits, and after `graceMs` kills it with its whole group. */
export async function stopProcess(target: OsProcess, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!signalProcess(target, signal)) return;
  const deadline = Date.now() + graceMs;
  while (isAlive(target) && Date.now() < deadline) await sleep(20);
  if (!isAlive(target)) return;
  killGroup(target);
  while (isAlive(target)) await sleep(20);
}

/** False when the process is gone. */
export function signalProcess(target: OsProcess, signal: NodeJS.Signals): boolean {
  if (!isAlive(target)) return false;
  try {
    return process.kill(target.pid, signal);
  } catch {
    return false;
  }
}

export function killGroup({ pid }: OsProcess): void {
  for (const id of [-pid, pid]) {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // Gone, or never the leader of a group.
    }
  }
}
