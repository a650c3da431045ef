import { setTimeout as sleep } from 'node:timers/promises';
import type { Benchmark } from '../benchmark.ts';
import { comparisonLine } from '../comparison.ts';
import { type ServerRun, onEachTransport } from './server-runs.ts';
import { pssKiB, sum } from '@halftone/tools/os/process-cost.ts';

const clients = 15_000;
/** A process in which nothing happens gives back what its connections left behind while they were made. */
const settleMs = 8_000;

/** The connections before this share are not counted: the process itself still grows while they are opened. */
const share = 0.2;

/** The memory that the last four fifths of the connections added, per connection. */
async function perConnection({ running, join }: ServerRun, size: number) {
  const pss = async () => (await sleep(settleMs), sum(running.pids().map(pssKiB)));
  const first = Math.round(size * share);
  await join(first);
  const before = await pss();
  await join(size - first);
  return { kib: ((await pss()) - before) / (size - first) };
}

export const idle: Benchmark = {
  name: 'idle',
  about: 'memory (PSS) per idle connection, 15,000 in one process, against others',
  rounds: 3,
  run: (options) =>
    onEachTransport(
      options,
      (serverRun) => perConnection(serverRun, options.connections ?? clients),
      (results, transport) => [comparisonLine(results, { bench: 'idle', case: transport, unit: 'KiB', number: 'kib' })],
    ),
};
