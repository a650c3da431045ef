/**
 * The folder `.halftone`: what is in it, and JSON files that are never seen half-written.
 * A file is replaced by rename, so a reader gets the old or the new content.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { home } from './config.ts';

export const paths = {
  run: join(home, 'run.json'),
  secrets: join(home, 'secrets.json'),
  logs: join(home, 'logs'),
  data: join(home, 'data'),
  /** Downloaded programs, and one record per engine that was started. */
  engines: join(home, 'engines'),
  compileCache: join(home, 'compile-cache'),
} as const;

/** A missing or torn file counts as absent: whoever reads it can start afresh. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

export function writeJson(file: string, value: unknown, mode = 0o644): void {
  mkdirSync(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`, { mode });
  renameSync(part, file);
}

export function removeFile(file: string): void {
  rmSync(file, { force: true });
}
