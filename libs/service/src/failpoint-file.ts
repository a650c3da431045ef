import { mkdirSync, readFileSync, statSync, watch, writeFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { armFailpoints, parseFailpoints } from './failpoint';
import { logger } from './log';

/**
 * Failpoints for a running process: the content of the file is armed whenever it changes, also when the file appears
 * or disappears. Once armed, the same text is written to `FILE.armed` as acknowledgement. An invalid text arms
 * nothing and is only logged. A count belongs to the file, not to the process: a process that is killed writes the
 * remaining counts, so `a=kill*1` kills once however often the process restarts. Writing the same text again arms it
 * again.
 *
 * Replace the file by rename; otherwise half of the text may be armed for a moment. Returns a function that stops
 * watching.
 */
export function armFromFile(path: string): () => void {
  mkdirSync(dirname(path), { recursive: true });
  let seen = '';
  const check = () => {
    const text = textOf(path);
    const state = `${stampOf(path)} ${text}`;
    // One change is reported more than once; that must not reset the counts.
    if (state !== seen) arm(path, text);
    seen = state;
  };
  const watcher = watch(dirname(path), { persistent: false }, (_, changed) => changed === basename(path) && check());
  watcher.on('error', (err) => logger('failpoint').error({ err }, `${path} is no longer watched`));
  check();
  return () => watcher.close();
}

function arm(path: string, text: string): void {
  if (!parseFailpoints(text)) {
    logger('failpoint').error({ text }, `${path} is not a list like a=kill;b=delay:500;c=error*1`);
    return;
  }
  armFailpoints(text, (left) => writeFileSync(path, left));
  writeFileSync(`${path}.armed`, text);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // No file: nothing is armed.
    return '';
  }
}

/** A new value every time the file is written or replaced. */
function stampOf(path: string): string {
  const found = statSync(path, { bigint: true, throwIfNoEntry: false });
  return found ? `${found.ino}:${found.mtimeNs}` : 'absent';
}
