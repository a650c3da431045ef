/**
 * Stops what commands have left behind that crashed or were killed: processes, then engines that nobody else uses, then the rest.
 * It leaves alone whatever a living command has started.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { capture } from '../os/command.ts';
import { home, moveHome, programHome } from '../os/config.ts';
import { stopEngines } from './engines.ts';
import { readJson, removeFile } from '../os/home.ts';
import { isAlive, stopProcess } from '../os/os-process.ts';
import { commandsFolder, type StartedThings } from '../os/started.ts';

/** A little more than a service takes to stop. */
const graceMs = 12_000;
const undoMs = 120_000;

/** How many processes, homes of engines and other things were left behind. */
export async function stopLeftovers(): Promise<number> {
  let stopped = 0;
  for (const file of files()) {
    const left = readJson<StartedThings>(file);
    if (left && isAlive(left.by)) continue;
    if (left) stopped += await stopAll(left);
    removeFile(file);
  }
  return stopped;
}

/** The rest is still stopped. */
const report = (error: Error): void => void process.stderr.write(`left behind: ${error.message}\n`);

function files(): string[] {
  try {
    return readdirSync(commandsFolder)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(commandsFolder, name));
  } catch {
    // No command has ever started anything here.
    return [];
  }
}

async function stopAll({ processes, homes, undo }: StartedThings): Promise<number> {
  const living = processes.filter(isAlive);
  await Promise.all(living.map((one) => stopProcess(one, 'SIGTERM', graceMs)));
  const before = home;
  for (const folder of homes) {
    moveHome(folder === programHome ? undefined : folder);
    await stopEngines();
  }
  moveHome(before === programHome ? undefined : before);
  for (const [program = '', ...args] of undo) await capture(program, args, { timeoutMs: undoMs }).catch(report);
  return living.length + homes.length + undo.length;
}
