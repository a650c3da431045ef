/** A copy of the build context, so that the tag fits the content even while files are edited. */
import { cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { reads } from '../fingerprint.ts';
import { inputsOf } from './tag.ts';

export async function withSnapshot<Result>(
  root: string,
  folder: string,
  work: (context: string) => Promise<Result>,
): Promise<Result> {
  rmSync(folder, { recursive: true, force: true });
  try {
    for (const input of inputsOf(readFileSync(join(root, '.dockerignore'), 'utf8'))) copy(root, input, folder);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function copy(root: string, input: string, folder: string): void {
  mkdirSync(dirname(join(folder, input)), { recursive: true });
  const filter = (path: string) => reads(relative(root, path));
  cpSync(join(root, input), join(folder, input), { recursive: true, filter });
}
