import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { useSystem } from '../client/system.ts';
import { readRun } from '../engines/run-state.ts';
import { labelOf } from '../supervisor/topology.ts';
import type { Benchmark } from './benchmark.ts';
import { line } from './sample.ts';

const settleMs = 5000;
const pauseMs = 1000;

/** Proportional set size: its own pages, and of shared ones its share (proc(5), smaps_rollup). */
function pssMiB(pid: number): number {
  const [, kib] = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? [];
  if (!kib) throw new Error(`process ${pid} does not say its memory`);
  return Number(kib) / 1024;
}

/** Of each service process at rest; Linux only. A freshly started system unless one runs already. */
export const memory: Benchmark = {
  name: 'memory',
  about: 'memory (PSS) of each idle service process',
  rounds: 5,
  run: async ({ rounds, say }) => {
    const { stop } = await useSystem();
    try {
      await sleep(settleMs);
      const measured = new Map<string, number[]>();
      for (let round = 0; round < rounds; round += 1) {
        for (const service of readRun().services ?? []) {
          const label = labelOf(service);
          measured.set(label, [...(measured.get(label) ?? []), pssMiB(service.pid)]);
        }
        await sleep(pauseMs);
      }
      const lines = [...measured].map(([label, values]) => line('memory', label, 'MiB', values));
      say(`all together ${Math.round(lines.reduce((sum, { ours }) => sum + ours.median, 0))} MiB`);
      return lines;
    } finally {
      await stop();
    }
  },
};
