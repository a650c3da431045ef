/**
 * One file per process with its armed faults. The process reads each change and acknowledges it in a file beside it.
 * A fault ends with the process: after a restart it is gone. Planted bugs stay.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { paths } from '@halftone/tools/os/home.ts';

export interface ProcessName {
  name: string;
  replica: number;
}

export const failpointsFile = ({ name, replica }: ProcessName): string =>
  join(dirname(paths.run), 'failpoints', `${name}-${replica}`);

const ack = (file: string) => `${file}.armed`;

const texts = new Map<string, string>();

/** Resolves when the process has acknowledged it. An empty text disarms. */
export async function armFile(of: ProcessName, text: string): Promise<void> {
  const file = failpointsFile(of);
  rmSync(ack(file), { force: true });
  write(file, text);
  await eventually(
    `${of.name}-${of.replica} to arm '${text}'`,
    // Not written yet: try again.
    async () => (await readFile(ack(file), 'utf8').catch(() => undefined)) === text || undefined,
    { withinMs: 15_000, everyMs: 10 },
  );
}

/** Before a restart: keeps the planted bugs and removes the faults. */
export function keepOnlyBugs(of: ProcessName): void {
  const file = failpointsFile(of);
  const text = texts.get(file) ?? '';
  const bugs = bugsIn(text);
  if (bugs !== text) write(file, bugs);
}

export const bugsIn = (text: string): string =>
  text
    .split(';')
    .filter((entry) => entry.trim().endsWith('=bug'))
    .join(';');

/** Replaces the file as a whole, so that no partial text is armed. */
function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
  texts.set(file, text);
}

export const forgetFiles = (): void => texts.clear();
