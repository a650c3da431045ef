import { mkdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { armFailpoints, parseFailpoints } from './failpoint';
import { logger } from './log';

/**
 * Failpoints for a process that runs: the text of the file is armed as soon as it changes, also when the file comes later or goes. Once it
 * is armed the same text is in `FILE.armed`, so that whoever wrote it knows. A text that is wrong arms nothing and is not answered; the log
 * says so. A count is of this file, not of the process: one that is killed writes down what is left, so `a=kill*1` kills once, however
 * often the process is started again. Writing the same text anew arms it anew.
 *
 * Replace the file by rename; a half-written text may be armed for a moment otherwise. Returns what ends it.
 */
export function armFromFile(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  let seen = '';
  const look = () => {
    const text = textOf(path);
    const state = `${stampOf(path)} ${text}`;
    // One change is told more than once; counts must not begin again by that.
    if (state !== seen) arm(path, text);
    seen = state;
  };
  const watcher = watch(dirname(path), { persistent: false }, (_, changed) => changed === basename(path) && look());
  watcher.on('error', (err) => logger('failpoint').error({ err }, `${path} is watched no more`));
  look();
  return () => watcher.close();
}

function arm(path: string, text: string): void {
  if (!parseFailpoints(text)) {
    logger('failpoint').error({ text }, `${path} holds no list like a=kill;b=delay:500;c=error*1`);
    return;
  }
  armFailpoints(text, (left) => writeFileSync(path, left));
  writeFileSync(`${path}.armed`, text);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Another one for every time the file is written or replaced. */
function stampOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino}:${found.mtimeNs}` : 'absent';
}
