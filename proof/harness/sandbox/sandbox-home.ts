/**
 * The folder of a sandbox. It starts empty and belongs to one command at a time. Processes left by a killed command are stopped.
 * The folder is removed when the command ends, unless it failed (sandbox-folder.ts).
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { home, moveHome, programHome } from '@halftone/tools/os/config.ts';
import { removeVolumes } from '@halftone/tools/engines/docker.ts';
import { stopEngines } from '@halftone/tools/engines/engines.ts';
import { tryLock, unlock } from '@halftone/tools/os/pid-lock.ts';
import { findPlace } from '@halftone/tools/engines/postgres-programs.ts';
import { stopOrphans } from '@halftone/tools/shop/supervisor.ts';
import { removeAtEnd } from './sandbox-folder.ts';

const folderOf = (name: string) => join(programHome, `sandbox-${name}`);
const lockOf = (name: string) => `${folderOf(name)}.lock`;

/** Moves this command's files into the sandbox folder. Throws when another command uses it. */
export async function enterHome(name: string): Promise<void> {
  const holder = tryLock(lockOf(name));
  if (holder) throw new Error(`another command (pid ${holder.pid}) uses the sandbox '${name}'; wait for it or end it`);
  moveHome(folderOf(name));
  try {
    await stopOrphans();
    await stopEngines({ force: true });
    await removeVolumesOfHome();
    removeAtEnd(folderOf(name), lockOf(name), await clearData());
  } catch (error) {
    leaveHome(name);
    throw error;
  }
}

/** Files are kept after a failure; Docker volumes are removed always. */
export const removeVolumesOfHome = (): Promise<void> => removeVolumes(['postgres', 'kafka']);

export function leaveHome(name: string): void {
  moveHome();
  unlock(lockOf(name));
}

/** Keeps the logs. Returns the data folder when it is outside of this folder. */
async function clearData(): Promise<string | undefined> {
  mkdirSync(home, { recursive: true });
  for (const entry of readdirSync(home)) {
    if (entry !== 'logs') rmSync(join(home, entry), { recursive: true, force: true });
  }
  // When PostgreSQL has no access to this folder, its data is in another one.
  const elsewhere = await findPlace().catch(() => undefined);
  if (elsewhere) rmSync(join(elsewhere.home, 'data'), { recursive: true, force: true });
  return elsewhere?.home;
}
