/**
 * Records what this command has started and not yet stopped, in `.halftone/commands/PID.json`. A command that stops everything removes
 * the file. One that crashes or is killed leaves it, and leftovers.ts stops what it names.
 */
import { join } from 'node:path';
import { programHome } from './config.ts';
import { readJson, removeFile, writeJson } from './home.ts';
import { birthOf, thisProcess, type OsProcess } from './os-process.ts';
import type { ChildProcess } from 'node:child_process';

export interface StartedThings {
  /** The command. */
  by: OsProcess;
  /** SIGTERM stops each in order. Engines are not among them: they may have other users. */
  processes: OsProcess[];
  /** Folders whose engines it uses. */
  homes: string[];
  /** Command lines that remove other things, such as a cluster. */
  undo: string[][];
}

export const commandsFolder = join(programHome, 'commands');

const file = join(commandsFolder, `${process.pid}.json`);

function update(change: (things: StartedThings) => StartedThings): void {
  const by = thisProcess();
  const before = readJson<StartedThings>(file);
  const own = before?.by.born === by.born ? before : { by, processes: [], homes: [], undo: [] };
  const after = change(own);
  if ([after.processes, after.homes, after.undo].some((list) => list.length > 0)) writeJson(file, after, 0o600);
  else removeFile(file);
}

export function noteProcess({ pid, born }: OsProcess): void {
  update((things) => ({ ...things, processes: [...things.processes, { pid, born }] }));
}

export function forgetProcess(pid: number): void {
  update((things) => ({ ...things, processes: things.processes.filter((one) => one.pid !== pid) }));
}

/** A child that ends by itself or is stopped by its owner. */
export function noteChild(child: ChildProcess): void {
  const { pid } = child;
  const born = pid && birthOf(pid);
  if (!pid || !born) return;
  noteProcess({ pid, born });
  child.once('exit', () => forgetProcess(pid));
}

export function noteHome(home: string): void {
  update((things) => ({ ...things, homes: [...new Set([...things.homes, home])] }));
}

export function forgetHome(home: string): void {
  update((things) => ({ ...things, homes: things.homes.filter((one) => one !== home) }));
}

export function noteUndo(line: string[]): void {
  update((things) => ({ ...things, undo: [...things.undo, line] }));
}

export function forgetUndo(): void {
  update((things) => ({ ...things, undo: [] }));
}

/** Deletes the record and stops nothing: the user wants to keep what runs. */
export function forgetAll(): void {
  removeFile(file);
}
