/**
 * The data folder: made in a folder aside and moved into place, so an interrupted `initdb` leaves nothing that looks
 * like data; and freed of a lock file whose server is gone, even when the system gave its pid to another program.
 */
import { chownSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { capture } from '../os/command.ts';
import { environment } from '../os/config.ts';
import { isAlive, birthOf, stopProcess } from '../os/os-process.ts';
import { loadSecrets } from './secrets.ts';
import type { EngineContext } from './engine.ts';
import type { PostgresPrograms } from './postgres-programs.ts';

export async function prepareData(programs: PostgresPrograms, context: EngineContext): Promise<string> {
  const data = join(programs.home, 'data', `postgres-${programs.major}`);
  if (existsSync(data)) await clearLock(data);
  else await initialise(data, programs, context);
  return data;
}

async function initialise(data: string, { bin, user }: PostgresPrograms, { signal }: EngineContext): Promise<void> {
  const part = `${data}.part`;
  const passwordFile = `${data}.password`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(dirname(part), { recursive: true });
  mkdirSync(part, { mode: 0o700 });
  writeFileSync(passwordFile, loadSecrets().superuserPassword, { mode: 0o600 });
  if (user) for (const file of [part, passwordFile]) chownSync(file, user.uid, user.gid);
  const auth = ['--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  const locale = ['--encoding=UTF8', '--locale=C', '--no-instructions'];
  try {
    const args = [`--pgdata=${part}`, ...auth, ...locale];
    await capture(join(bin, 'initdb'), args, { cwd: part, env: environment, user, signal });
  } finally {
    rmSync(passwordFile);
  }
  renameSync(part, data);
}

/** A server that still owns the folder is unknown to us (its record is lost): it is stopped, the data stays. */
async function clearLock(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  const born = birthOf(pid);
  if (pid && born && servesFolder(pid, data)) {
    await stopProcess({ pid, born }, 'SIGINT', 20_000);
    while (isAlive({ pid, born })) await sleep(20);
  }
  rmSync(lock, { force: true });
}

function servesFolder(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    // It has ended meanwhile.
    return false;
  }
}
