/** One hash for everything a build reads: it changes exactly when a file's name or content does. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const skipped = new Set(['node_modules', 'dist', 'bundle', 'bundle-test', 'coverage', '.nx']);

/** Files that no bundle contains: a changed spec is no reason to build. */
const counts = (file: string): boolean => !/\.spec\.ts$|\.md$|\.log$/.test(file);

/** Whether a file or folder is part of what a build reads. */
export const reads = (path: string): boolean => counts(path) && !path.split('/').some((part) => skipped.has(part));

/** `inputs` are files and folders, relative to `root`; a missing one changes the hash too. */
export function fingerprint(root: string, inputs: readonly string[]): string {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesOf(root, input))) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex');
}

function filesOf(root: string, path: string): string[] {
  const found = statSync(join(root, path), { throwIfNoEntry: false });
  if (!found) return [];
  if (found.isFile()) return counts(path) ? [path] : [];
  const names = readdirSync(join(root, path)).filter((name) => !skipped.has(name));
  return names.sort().flatMap((name) => filesOf(root, join(path, name)));
}
