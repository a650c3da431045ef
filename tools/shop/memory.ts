/** How much memory each process has in use: resident set size in MiB. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { labelOf } from './topology.ts';
import type { ServiceState } from '../os/run-state.ts';

export function rssMiB(services: readonly ServiceState[]): Record<string, number> {
  return Object.fromEntries(services.map((service) => [labelOf(service), Math.round(residentKiB(service.pid) / 1024)]));
}

/** 0 for a process that is just being restarted. */
function residentKiB(pid: number): number {
  try {
    if (process.platform === 'linux')
      return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    return Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return 0;
  }
}
