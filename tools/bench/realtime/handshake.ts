import type { Benchmark } from '../benchmark.ts';
import { contestLine } from '../contest.ts';
import { type Match, onEachTransport } from './entrants.ts';
import { cpuUs, sum } from './process-cost.ts';

const clients = 4_000;
const warmUp = 500;

/** Our own handshake holds more than others': the token is verified and the channel joined. */
async function perHandshake({ running, join }: Match, size: number) {
  const used = () => sum(running.pids().map(cpuUs));
  await join(warmUp);
  const before = used();
  await join(size);
  return { cpuUs: (used() - before) / size };
}

export const handshake: Benchmark = {
  name: 'handshake',
  about: 'server CPU from the first byte of a connection until it is subscribed, 100 at a time, against others',
  rounds: 5,
  run: (options) =>
    onEachTransport(
      options,
      (match) => perHandshake(match, options.connections ?? clients),
      (results, transport) => [
        contestLine(results, { bench: 'handshake', case: transport, unit: 'us', number: 'cpuUs' }),
      ],
    ),
};
