/**
 * The folder `.halftone`: what is in it, and JSON files that are never seen half-written.
 * A file is replaced by rename, so a reader gets the old or the new content.
 */
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { home, programHome } from './config.ts';

/** Asked each time: a command may move its home. */
export const paths = {
  get run() {
    return join(home, 'run.json');
  },
  get secrets() {
    return join(home, 'secrets.json');
  },
  get logs() {
    return join(home, 'logs');
  },
  get data() {
    return join(home, 'data');
  },
  /** One record per engine that was started. */
  get records() {
    return join(home, 'engines');
  },
  /** Downloaded programs. */
  engines: join(programHome, 'engines'),
  compileCache: join(programHome, 'compile-cache'),
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
