import { ClientPool, monotonic } from '../../harness/clients/pool/client-pool.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import { percentile } from '../../harness/percentile.ts';
import { sampleOf } from '../../harness/metrics-text.ts';
import type { Benchmark, BenchOptions } from '../benchmark.ts';
import { comparisonLine } from '../comparison.ts';
import { line } from '../sample.ts';
import type { Running } from './bench-server.ts';
import { withoutLimits, runningOn, publishToAll } from './ours.ts';
import { usualBytes } from './peer/message.ts';
import { usualWebSockets } from './peers.ts';
import { pssKiB, sum } from '@halftone/tools/os/process-cost.ts';

const clients = 2_000;
const stalledShare = 0.01;
const limitBytes = 262_144;
/** 8 MB to each client: a stalled client is far beyond the limit, and the kernel buffers are full. */
const [turns, atOnce, filling] = [100, 40, 1_800];
const warmUp = 10;

/** Results of the clients that read. */
type Seen = {
  /** ms; the median of all turns. */
  p99: number;
  /** MiB that the process grew by at most. */
  grown: number;
  lost: number;
};

/** The same flood in a new process; `stalled` of the connections read nothing. */
async function flood(running: Running, size: number, stalled: number): Promise<Seen> {
  const [readers, stalledPool] = [ClientPool.open(), ClientPool.open(1)];
  const pss = () => sum(running.pids().map(pssKiB)) / 1024;
  const turn = async () => {
    const arrived = readers.receive(atOnce, monotonic());
    await running.publish(atOnce);
    return arrived;
  };
  try {
    await readers.connect(running.targetFor('websocket'), size - stalled);
    if (stalled > 0) await stalledPool.connect(running.targetFor('websocket'), stalled);
    for (let warm = 0; warm < warmUp; warm += 1) await turn();
    if (stalled > 0) await stalledPool.pause();
    const before = pss();
    const seen: { p99: number; lost: number; mib: number }[] = [];
    for (let one = 0; one < turns; one += 1) seen.push({ ...(await turn()), mib: pss() });
    return {
      p99:
        percentile(
          seen.map(({ p99 }) => p99),
          0.5,
        ) ?? Number.NaN,
      grown: seen.reduce((most, { mib }) => Math.max(most, mib), before) - before,
      lost: seen.at(-1)?.lost ?? Number.NaN,
    };
  } finally {
    readers.end();
    stalledPool.end();
  }
}

async function slowConsumers(sandbox: RealtimeSandbox): Promise<number> {
  const text = await (await fetch(`${sandbox.urls[0]}/metrics`)).text();
  return sampleOf(text, 'realtime_slow_consumers_total') ?? 0;
}

interface Round {
  without: Seen;
  within: Seen;
  /** The usual server, with as many stalled clients. */
  usual?: Seen;
}

async function oneRound(sandbox: RealtimeSandbox, size: number, stalled: number, turned: boolean): Promise<Round> {
  const ours = async (stalledClients: number) => {
    await sandbox.killAndAwait(1);
    const running = { ...runningOn(sandbox), publish: (count: number) => publishToAll(sandbox, count, filling) };
    const seen = await flood(running, size, stalledClients);
    const cut = await slowConsumers(sandbox);
    if (cut !== stalledClients) throw new Error(`${cut} of ${stalledClients} stalled clients were dropped`);
    return seen;
  };
  const first = await ours(turned ? stalled : 0);
  const second = await ours(turned ? 0 : stalled);
  return turned ? { within: first, without: second } : { within: second, without: first };
}

async function usual(size: number, stalled: number): Promise<Seen> {
  const running = await usualWebSockets(usualBytes + filling);
  try {
    return await flood(running, size, stalled);
  } finally {
    await running.stop();
  }
}

async function runRounds({ rounds, connections: size = clients, peers, say }: BenchOptions): Promise<Round[]> {
  const { signal } = onInterruption(killSandbox);
  const settings = { ...withoutLimits, REALTIME_MAX_BUFFERED_BYTES: String(limitBytes) };
  const sandbox = await openRealtimeSandbox({ name: 'bench', replicas: 1, settings, note: say, signal });
  const stalled = stalledOf(size);
  const allRounds: Round[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const ours = await oneRound(sandbox, size, stalled, round % 2 === 1);
      allRounds.push(peers && !peers.includes('ws') ? ours : { ...ours, usual: await usual(size, stalled) });
      say(`round ${round + 1} of ${rounds}: ${JSON.stringify(allRounds.at(-1))}`);
    }
  } finally {
    await sandbox.close();
  }
  return allRounds;
}

const stalledOf = (size: number): number => Math.max(1, Math.round(size * stalledShare));

export const slow: Benchmark = {
  name: 'slow',
  about: '1 % of 2,000 clients never read while 8 MB go to each: memory, and what the others notice, beside ws',
  rounds: 3,
  run: async (options) => {
    const allRounds = await runRounds(options);
    const theirs = allRounds.flatMap((round) => round.usual ?? []);
    const results = new Map([
      ['ours', allRounds.map(({ within }) => within)],
      ...(theirs.length > 0 ? [['ws', theirs] as const] : []),
    ]);
    const allowed = (limitBytes / 1024 / 1024) * stalledOf(options.connections ?? clients);
    const lineOf = (name: string, unit: 'ms' | 'MiB' | 'ratio', of: (round: Round) => number) =>
      line('slow', name, unit, allRounds.map(of));
    return [
      {
        ...comparisonLine(results, { bench: 'slow', case: 'p99-with-1%-deaf', unit: 'ms', number: 'p99' }),
        lost: sum(allRounds.map(({ within, without }) => within.lost + without.lost)),
      },
      lineOf('p99-without', 'ms', ({ without }) => without.p99),
      lineOf('p99-with-over-without', 'ratio', ({ within, without }) => within.p99 / without.p99),
      comparisonLine(results, { bench: 'slow', case: 'growth-with-1%-deaf', unit: 'MiB', number: 'grown' }),
      lineOf('growth-without', 'MiB', ({ without }) => without.grown),
      lineOf('growth-by-deaf-over-limit', 'ratio', ({ within, without }) => (within.grown - without.grown) / allowed),
    ];
  },
};
