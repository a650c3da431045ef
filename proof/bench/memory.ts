import { setTimeout as sleep } from 'node:timers/promises';
import { useSystem } from '@halftone/tools/shop/use-system.ts';
import { readRun } from '@halftone/tools/os/run-state.ts';
import { pssKiB } from '@halftone/tools/os/process-cost.ts';
import { labelOf } from '@halftone/tools/shop/topology.ts';
import type { Benchmark } from './benchmark.ts';
import { line } from './sample.ts';

const settleMs = 5000;
const pauseMs = 1000;

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
          measured.set(label, [...(measured.get(label) ?? []), pssKiB(service.pid) / 1024]);
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
