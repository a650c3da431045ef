/** A lock file that names its holder. A holder that has died holds nothing. */
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson } from './home.ts';
import { isAlive, thisProcess } from './os-process.ts';
import type { OsProcess } from './os-process.ts';

/** Undefined when the lock is now ours, else who has it. */
export function tryLock(file: string): OsProcess | undefined {
  const mine = `${file}.${process.pid}`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(mine, JSON.stringify(thisProcess()));
  try {
    for (;;) {
      if (linked(mine, file)) return undefined;
      const holder = readJson<OsProcess>(file);
      if (holder && isAlive(holder)) return holder;
      takeAway(file, `${mine}.stale`);
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

export function unlock(file: string): void {
  rmSync(file, { force: true });
}

/** Waits for the lock, works, and gives it back. */
export async function whileLocked<Result>(
  file: string,
  signal: AbortSignal | undefined,
  work: () => Promise<Result>,
): Promise<Result> {
  while (tryLock(file)) {
    signal?.throwIfAborted();
    await sleep(100);
  }
  try {
    return await work();
  } finally {
    unlock(file);
  }
}

/** A link to a complete file appears in one step and only where nothing is. */
function linked(mine: string, file: string): boolean {
  try {
    linkSync(mine, file);
    return true;
  } catch (error) {
    // Another process holds the lock. Other errors are thrown, such as a file system without hard links.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Another process may have taken the lock meanwhile: then its lock is restored. */
function takeAway(file: string, aside: string): void {
  try {
    renameSync(file, aside);
  } catch {
    // Somebody else has taken it away.
    return;
  }
  const taken = readJson<OsProcess>(aside);
  if (taken && isAlive(taken)) linked(aside, file);
  rmSync(aside, { force: true });
}
