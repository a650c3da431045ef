/** Reads CPU time and memory of a shop's processes and of the engines, with everything below them. */
import { readRecord } from '@halftone/tools/engines/engine-lifecycle.ts';
import { processStats, pssKiB, sum, treeCpuUs, treeOf } from '@halftone/tools/os/process-cost.ts';
import type { EngineName } from '@halftone/tools/os/run-state.ts';
import { Unavailable } from '@halftone/tools/os/unavailable.ts';

/** Name of a process → a number. */
export type PerProcess = Record<string, number>;

const engines: Readonly<Record<string, EngineName>> = { postgres: 'postgres', kafka: 'kafka', valkey: 'redis' };

/** Read each time: an engine that was restarted has a new process. */
export function enginePids(): PerProcess {
  const pids = Object.entries(engines).map(([name, engine]) => [name, readRecord(engine)?.pid] as const);
  if (pids.some(([, pid]) => pid === undefined)) {
    throw new Unavailable('the engines run in containers; HALFTONE_ENGINES=packages starts them as processes');
  }
  return Object.fromEntries(pids) as PerProcess;
}

/** In ms since each process began. */
export function cpuMs(pids: PerProcess): PerProcess {
  const all = processStats();
  return mapValues(pids, (pid) => treeCpuUs(pid, all) / 1000);
}

/** The command itself: it places the orders and listens. */
export function driverCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Proportional set sizes in MiB. */
export function memoryMiB(pids: PerProcess): number {
  const all = processStats();
  const trees = Object.values(pids).flatMap((pid) => treeOf(pid, all));
  return sum(trees.map(({ pid }) => pssKiB(pid))) / 1024;
}

export const difference = (after: PerProcess, before: PerProcess): PerProcess =>
  mapValues(after, (value, name) => value - (before[name] ?? 0));

export const mapValues = (of: PerProcess, change: (value: number, name: string) => number): PerProcess =>
  Object.fromEntries(Object.entries(of).map(([name, value]) => [name, change(value, name)]));
