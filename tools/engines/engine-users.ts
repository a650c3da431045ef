/**
 * The commands that use the engines of this home. Engines stop with the last of them, so a command never stops what another one
 * still needs, whichever of them has started it. Call these while the lock of the engines is held.
 */
import { join } from 'node:path';
import { home } from '../os/config.ts';
import { paths, readJson, removeFile, writeJson } from '../os/home.ts';
import { isAlive, thisProcess, type OsProcess } from '../os/os-process.ts';
import { forgetHome, noteHome } from '../os/started.ts';

const file = () => join(paths.records, 'users.json');

const isSame = (one: OsProcess) => (other: OsProcess) => one.pid === other.pid && one.born === other.born;

/** Those that live. */
export const engineUsers = (): OsProcess[] => (readJson<OsProcess[]>(file()) ?? []).filter(isAlive);

/** This command from now on, and those it names. */
export function addEngineUsers(...users: readonly OsProcess[]): void {
  noteHome(home);
  write([...engineUsers(), thisProcess(), ...users]);
}

/** This command no longer uses them. The ones that still do. */
export function leaveEngines(): OsProcess[] {
  const others = engineUsers().filter((user) => !isSame(thisProcess())(user));
  write(others);
  forgetHome(home);
  return others;
}

export const stillUsedBy = (users: readonly OsProcess[]): string =>
  `the engines stay: ${users.map(({ pid }) => `process ${pid}`).join(', ')} uses them`;

function write(users: readonly OsProcess[]): void {
  const unique = users.filter((user, index) => users.findIndex(isSame(user)) === index);
  if (unique.length === 0) removeFile(file());
  else writeJson(file(), unique);
}
