/**
 * What the compiler made the last time, kept in a folder that outlives the build. The compiler trusts times unless a source is newer
 * than its output; sources of another checkout may be older, so all are made newer: then it compares their content.
 */
import { cpSync, globSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { join } from 'node:path';

const outputs = '{apps,libs}/*/dist';

export function restoreCompiled(root: string, kept: string): void {
  for (const folder of globSync(outputs, { cwd: kept }))
    cpSync(join(kept, folder), join(root, folder), { recursive: true });
  // Of the copies just made some may be of this very millisecond.
  const now = new Date(Date.now() + 1_000);
  for (const file of globSync('{apps,libs}/*/{src/**/*.*,*.json}', { cwd: root }))
    utimesSync(join(root, file), now, now);
}

/** Each appears whole or not at all: a build may be ended at any time. */
export function keepCompiled(root: string, kept: string): void {
  for (const folder of globSync(outputs, { cwd: root })) {
    const target = join(kept, folder);
    rmSync(`${target}.part`, { recursive: true, force: true });
    cpSync(join(root, folder), `${target}.part`, { recursive: true });
    rmSync(target, { recursive: true, force: true });
    renameSync(`${target}.part`, target);
  }
}
