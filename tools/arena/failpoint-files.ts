/**
 * One file per process that says which faults it commits. A process reads it as soon as it changes and answers by writing the same
 * text to a file beside it. Faults are for one life: a process that was killed by one comes back without it. Planted bugs stay.
 */
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { eventually } from '../client/retry.ts';
import { paths } from '../engines/home.ts';

export interface ProcessName {
  name: string;
  replica: number;
}

export const failpointsFile = ({ name, replica }: ProcessName): string =>
  join(dirname(paths.run), 'failpoints', `${name}-${replica}`);

const ack = (file: string) => `${file}.armed`;

const texts = new Map<string, string>();

/** Resolves when the process says that it has read it; an empty text disarms. */
export async function armFile(of: ProcessName, text: string): Promise<void> {
  const file = failpointsFile(of);
  rmSync(ack(file), { force: true });
  write(file, text);
  await eventually(
    `${of.name}-${of.replica} to arm '${text}'`,
    async () => (await readFile(ack(file), 'utf8').catch(() => undefined)) === text || undefined,
    { withinMs: 15_000, everyMs: 10 },
  );
}

/** What the next life of the process finds. */
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

/** Replaced as a whole: a half-written text would be armed. */
function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.part`, text);
  renameSync(`${file}.part`, file);
  texts.set(file, text);
}

export const forgetFiles = (): void => texts.clear();
