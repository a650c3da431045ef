/** Reads CPU time and memory of processes; Linux only (proc(5)). */
import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second of /proc, the same on every Linux that Node runs on. */
const hertz = 100;

/** What is used here of `/proc/PID/stat`. Times are user and system time in µs, of all threads since the process began. */
export interface ProcessStat {
  pid: number;
  parent: number;
  cpuUs: number;
  /** Of its children that have ended and that it has waited for, with theirs. */
  endedChildrenUs: number;
}

/** Pure. The name of the program may hold spaces and brackets, so fields are counted from the last bracket. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const ticks = (...at: number[]) => (sum(at.map((index) => Number(fields[index]))) * 1e6) / hertz;
  return {
    pid: Number.parseInt(text, 10),
    parent: Number(fields[1]),
    cpuUs: ticks(11, 12),
    endedChildrenUs: ticks(13, 14),
  };
}

export const cpuUs = (pid: number): number => parseStat(readFileSync(`/proc/${pid}/stat`, 'utf8')).cpuUs;

/** Every process of this machine. */
export function processStats(): ProcessStat[] {
  return readdirSync('/proc').flatMap((entry) => {
    try {
      return /^\d+$/.test(entry) ? [parseStat(readFileSync(`/proc/${entry}/stat`, 'utf8'))] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

/** The process and everything below it. Empty when there is no such process. Pure. */
export function treeOf(pid: number, all: readonly ProcessStat[]): ProcessStat[] {
  const children = all.filter(({ parent }) => parent === pid).flatMap((child) => treeOf(child.pid, all));
  return [...all.filter((one) => one.pid === pid), ...children];
}

/** Processes that have ended count too, so that two readings have a meaningful difference. Pure. */
export const treeCpuUs = (pid: number, all: readonly ProcessStat[]): number =>
  sum(treeOf(pid, all).map(({ cpuUs, endedChildrenUs }) => cpuUs + endedChildrenUs));

/** Proportional set size in KiB: its own pages, and of shared ones its share. */
export function pssKiB(pid: number): number {
  const [, kib] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  if (!kib) throw new Error(`process ${pid} does not say its memory`);
  return Number(kib);
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
