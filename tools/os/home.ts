/**
 * The folder `.halftone`: what is in it, and JSON files that are never seen half-written.
 * A file is replaced by rename, so a reader gets the old or the new content.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
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

/**
 * Other users of this machine get no further than the folder itself. Where PostgreSQL runs as one of them (`entered`), it passes through by
 * name, and everything beside its own data is closed one by one. It also closes files that an earlier version left open.
 */
export function closeHome(entered: boolean): void {
  const passage = entered ? 0o711 : 0o700;
  close(home, passage);
  close(paths.data, passage);
  close(paths.logs, 0o700);
  // Beside the records are the downloaded programs, PostgreSQL's among them.
  close(paths.records, passage);
  for (const folder of [home, paths.records]) closeFilesIn(folder);
  // PostgreSQL closes its own, as the user it runs as.
  for (const engine of ['kafka', 'valkey']) close(join(paths.data, engine), 0o700);
}

function close(folder: string, mode: number): void {
  mkdirSync(folder, { recursive: true, mode });
  chmodSync(folder, mode);
}

function closeFilesIn(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const file = join(folder, entry.name);
    // Another command may take its lock away at this moment.
    if (entry.isFile() && existsSync(file)) chmodSync(file, 0o600);
  }
}

/** A missing or incomplete file counts as absent. */
export function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    return undefined;
  }
}

export function writeJson(file: string, value: unknown, mode = 0o600): void {
  mkdirSync(dirname(file), { recursive: true });
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, `${JSON.stringify(value, null, 2)}\n`, { mode });
  renameSync(part, file);
}

export function removeFile(file: string): void {
  rmSync(file, { force: true });
}
