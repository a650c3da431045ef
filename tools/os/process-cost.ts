/** Reads CPU time and memory of a process; Linux only (proc(5)). */
import { readFileSync } from 'node:fs';

/** Clock ticks per second of /proc, the same on every Linux that Node runs on. */
const hertz = 100;

/** User and system time of all its threads since it began, in µs. */
export function cpuUs(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[11]) + Number(fields[12])) * 1e6) / hertz;
}

/** Proportional set size in KiB: its own pages, and of shared ones its share. */
export function pssKiB(pid: number): number {
  const [, kib] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  if (!kib) throw new Error(`process ${pid} does not say its memory`);
  return Number(kib);
}

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
