/**
 * The folder of an arena: it begins empty, is one command's at a time, and whatever a command that was killed has left running
 * there is ended before.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { home, moveHome, programHome } from '../engines/config.ts';
import { removeVolumes } from '../engines/docker.ts';
import { stopEngines } from '../engines/engines.ts';
import { tryLock, unlock } from '../engines/pid-lock.ts';
import { findPlace } from '../engines/postgres-programs.ts';
import { stopOrphans } from '../supervisor/supervisor.ts';

const folderOf = (name: string) => join(programHome, `arena-${name}`);
const lockOf = (name: string) => `${folderOf(name)}.lock`;

/** From here on this command's system is the arena. Throws when another command is in it. */
export async function enterHome(name: string): Promise<void> {
  const holder = tryLock(lockOf(name));
  if (holder) throw new Error(`another command (pid ${holder.pid}) uses the arena '${name}'; wait for it or end it`);
  moveHome(folderOf(name));
  try {
    await stopOrphans();
    await stopEngines(true);
    await removeVolumesOfHome();
    await forgetData();
  } catch (error) {
    leaveHome(name);
    throw error;
  }
}

/** Data in files stays to be looked at until the arena is opened again; volumes nobody would find. */
export const removeVolumesOfHome = (): Promise<void> => removeVolumes(['postgres', 'kafka']);

export function leaveHome(name: string): void {
  moveHome();
  unlock(lockOf(name));
}

/** Logs stay until each process starts again and replaces its own. */
async function forgetData(): Promise<void> {
  mkdirSync(home, { recursive: true });
  for (const entry of readdirSync(home)) {
    if (entry !== 'logs') rmSync(join(home, entry), { recursive: true, force: true });
  }
  // Where PostgreSQL may not enter this folder, its data is elsewhere.
  const elsewhere = await findPlace().catch(() => undefined);
  if (elsewhere) rmSync(join(elsewhere.home, 'data'), { recursive: true, force: true });
}
