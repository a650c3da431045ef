import type { Benchmark } from '../benchmark.ts';
import { comparisonLine } from '../comparison.ts';
import { type ServerRun, onEachTransport } from './server-runs.ts';
import { cpuUs, sum } from '@halftone/tools/os/process-cost.ts';

const clients = 4_000;
const warmUp = 500;

/** Our own handshake holds more than others': the token is verified and the channel joined. */
async function perHandshake({ running, join }: ServerRun, size: number) {
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
      (serverRun) => perHandshake(serverRun, options.connections ?? clients),
      (results, transport) => [
        comparisonLine(results, { bench: 'handshake', case: transport, unit: 'us', number: 'cpuUs' }),
      ],
    ),
};
