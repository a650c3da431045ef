import { Crowd } from '../../crowd/crowd.ts';
import type { Benchmark } from '../benchmark.ts';
import { contestLine } from '../contest.ts';
import type { Contestant, Transport } from './contestant.ts';
import { entrants, inTurns } from './entrants.ts';
import { cpuUs, sum } from './process-cost.ts';

const clients = 4_000;
const warmUp = 500;

/** Our own handshake holds more than others': the token is verified and the channel joined. */
async function perHandshake(contestant: Contestant, transport: Transport, size: number, signal: AbortSignal) {
  const running = await contestant.start(signal);
  const crowd = Crowd.open();
  try {
    const used = () => sum(running.pids().map(cpuUs));
    await crowd.connect(running.where(transport), warmUp);
    const before = used();
    await crowd.connect(running.where(transport), size);
    return { cpuUs: (used() - before) / size };
  } finally {
    crowd.end();
    await running.stop();
  }
}

export const handshake: Benchmark = {
  name: 'handshake',
  about: 'server CPU from the first byte of a connection until it is subscribed, 100 at a time, against others',
  rounds: 5,
  run: (options) =>
    entrants(options, async (all) => {
      const size = options.connections ?? clients;
      const lines = [];
      for (const transport of ['websocket', 'sse'] as const) {
        const results = await inTurns(all, transport, options.rounds, (contestant) =>
          perHandshake(contestant, transport, size, all.signal),
        );
        lines.push(contestLine(results, { bench: 'handshake', case: transport, unit: 'us', number: 'cpuUs' }));
      }
      return lines;
    }),
};
