/** Removes the folder of a sandbox when its command ends, also on Ctrl-C. After a failure the logs and data stay until the next run. */
import { rmSync } from 'node:fs';
import { messageOf } from '@halftone/tools/terminal/message-of.ts';
import { tryLock, unlock } from '@halftone/tools/os/pid-lock.ts';

/** The folders to remove, by lock. */
const foldersOf = new Map<string, string[]>();

/** Call it after taking the lock. `elsewhere` is the data folder, when it is another one. */
export function removeAtEnd(folder: string, lock: string, elsewhere?: string): void {
  if (foldersOf.size === 0) process.once('exit', endAll);
  foldersOf.set(lock, [folder, ...(elsewhere && elsewhere !== folder ? [elsewhere] : [])]);
}

/** 128 and more is an interruption by a signal, which is no failure. */
const hasFailed = (code: number): boolean => code !== 0 && code < 128;

function endAll(code: number): void {
  for (const [lock, folders] of foldersOf) {
    if (hasFailed(code)) say(`logs and data are kept in ${folders.join(' and ')} until this command runs again`);
    else removeUnlessTaken(lock, folders);
  }
}

/** Another command may have taken the folder since. */
function removeUnlessTaken(lock: string, folders: readonly string[]): void {
  if (tryLock(lock)) return;
  try {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    say(`not all of ${folders.join(' and ')} can be removed: ${messageOf(error)}`);
  }
  unlock(lock);
}

const say = (text: string) => process.stderr.write(`${text}\n`);
