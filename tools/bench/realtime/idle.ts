import { setTimeout as sleep } from 'node:timers/promises';
import { Crowd } from '../../crowd/crowd.ts';
import type { Benchmark } from '../benchmark.ts';
import { contestLine } from '../contest.ts';
import type { Contestant, Transport } from './contestant.ts';
import { entrants, inTurns } from './entrants.ts';
import { pssKiB, sum } from './process-cost.ts';

const clients = 15_000;
/** A process in which nothing happens gives back what its connections left behind while they were made. */
const settleMs = 8_000;

/** What connections are counted from: before, a process is still growing into its work. */
const share = 0.2;

/** The memory that the last four fifths of the connections added, per connection. */
async function perConnection(contestant: Contestant, transport: Transport, size: number, signal: AbortSignal) {
  const running = await contestant.start(signal);
  const crowd = Crowd.open();
  try {
    const pss = async () => (await sleep(settleMs), sum(running.pids().map(pssKiB)));
    const first = Math.round(size * share);
    await crowd.connect(running.where(transport), first);
    const before = await pss();
    await crowd.connect(running.where(transport), size - first);
    const kib = ((await pss()) - before) / (size - first);
    return { kib };
  } finally {
    crowd.end();
    await running.stop();
  }
}

export const idle: Benchmark = {
  name: 'idle',
  about: 'memory (PSS) per idle connection, 15,000 in one process, against others',
  rounds: 3,
  run: (options) =>
    entrants(options, async (all) => {
      const size = options.connections ?? clients;
      const lines = [];
      for (const transport of ['websocket', 'sse'] as const) {
        const results = await inTurns(all, transport, options.rounds, (contestant) =>
          perConnection(contestant, transport, size, all.signal),
        );
        lines.push(contestLine(results, { bench: 'idle', case: transport, unit: 'KiB', number: 'kib' }));
      }
      return lines;
    }),
};
