import { Crowd, monotonic } from '../../crowd/crowd.ts';
import { onInterruption } from '../../engines/interruption.ts';
import { killArena } from '../../arena/arena.ts';
import { openStage, type Stage } from '../../stage/stage.ts';
import type { Benchmark, BenchOptions } from '../benchmark.ts';
import { contestLine } from '../contest.ts';
import { line } from '../sample.ts';
import type { Running } from './contestant.ts';
import { openDoors, runningOn, tellAll } from './ours.ts';
import { usualBytes } from './peer/message.ts';
import { usualWebSockets } from './peers.ts';
import { pssKiB, sum } from './process-cost.ts';

const clients = 2_000;
const deafShare = 0.01;
const limitBytes = 262_144;
/** 8 MB to each: whoever reads nothing is far beyond the limit, and the buffers of both kernels are full. */
const [turns, atOnce, filling] = [100, 40, 1_800];
const warmUp = 10;

/** What those who read see. */
type Seen = {
  /** ms; the median of all turns. */
  p99: number;
  /** MiB that the process grew by at most. */
  grown: number;
  lost: number;
};

/** The same flood in a new process; of all connections so many read nothing. */
async function flood(running: Running, size: number, deaf: number): Promise<Seen> {
  const [readers, sleepers] = [Crowd.open(), Crowd.open(1)];
  const pss = () => sum(running.pids().map(pssKiB)) / 1024;
  const turn = async () => {
    const arrived = readers.receive(atOnce, monotonic());
    await running.publish(atOnce);
    return arrived;
  };
  try {
    await readers.connect(running.where('websocket'), size - deaf);
    if (deaf > 0) await sleepers.connect(running.where('websocket'), deaf);
    for (let warm = 0; warm < warmUp; warm += 1) await turn();
    if (deaf > 0) await sleepers.pause();
    const before = pss();
    const seen: { p99: number; lost: number; mib: number }[] = [];
    for (let one = 0; one < turns; one += 1) seen.push({ ...(await turn()), mib: pss() });
    return {
      p99: seen.map(({ p99 }) => p99).toSorted((a, b) => a - b)[Math.floor(turns / 2)] ?? Number.NaN,
      grown: seen.reduce((most, { mib }) => Math.max(most, mib), before) - before,
      lost: seen.at(-1)?.lost ?? Number.NaN,
    };
  } finally {
    readers.end();
    sleepers.end();
  }
}

async function slowConsumers(stage: Stage): Promise<number> {
  const text = await (await fetch(`${stage.urls[0]}/metrics`)).text();
  return Number(/^realtime_slow_consumers_total(?:\{.*\})? (\d+)$/m.exec(text)?.[1] ?? 0);
}

interface Round {
  without: Seen;
  within: Seen;
  /** The usual server, with as many that read nothing. */
  usual?: Seen;
}

async function oneRound(stage: Stage, size: number, deaf: number, turned: boolean): Promise<Round> {
  const ours = async (deafOnes: number) => {
    await stage.killAndAwait(1);
    const running = { ...runningOn(stage), publish: (count: number) => tellAll(stage, count, filling) };
    const seen = await flood(running, size, deafOnes);
    const cut = await slowConsumers(stage);
    if (cut !== deafOnes) throw new Error(`${cut} of ${deafOnes} who never read were given up`);
    return seen;
  };
  const first = await ours(turned ? deaf : 0);
  const second = await ours(turned ? 0 : deaf);
  return turned ? { within: first, without: second } : { within: second, without: first };
}

async function usual(size: number, deaf: number): Promise<Seen> {
  const running = await usualWebSockets(usualBytes + filling);
  return flood(running, size, deaf).finally(() => running.stop());
}

async function play({ rounds, connections: size = clients, peers, say }: BenchOptions): Promise<Round[]> {
  const { signal } = onInterruption(killArena);
  const settings = { ...openDoors, REALTIME_MAX_BUFFERED_BYTES: String(limitBytes) };
  const stage = await openStage({ name: 'bench', replicas: 1, settings, note: say, signal });
  const deaf = deafOf(size);
  const played: Round[] = [];
  try {
    for (let round = 0; round < rounds; round += 1) {
      const ours = await oneRound(stage, size, deaf, round % 2 === 1);
      played.push(peers && !peers.includes('ws') ? ours : { ...ours, usual: await usual(size, deaf) });
      say(`round ${round + 1} of ${rounds}: ${JSON.stringify(played.at(-1))}`);
    }
  } finally {
    await stage.close();
  }
  return played;
}

const deafOf = (size: number): number => Math.max(1, Math.round(size * deafShare));

export const slow: Benchmark = {
  name: 'slow',
  about: '1 % of 2,000 clients never read while 8 MB go to each: memory, and what the others notice, beside ws',
  rounds: 3,
  run: async (options) => {
    const played = await play(options);
    const theirs = played.flatMap((round) => round.usual ?? []);
    const results = new Map([
      ['ours', played.map(({ within }) => within)],
      ...(theirs.length > 0 ? [['ws', theirs] as const] : []),
    ]);
    const allowed = (limitBytes / 1024 / 1024) * deafOf(options.connections ?? clients);
    const lineOf = (name: string, unit: 'ms' | 'MiB' | 'ratio', of: (round: Round) => number) =>
      line('slow', name, unit, played.map(of));
    return [
      {
        ...contestLine(results, { bench: 'slow', case: 'p99-with-1%-deaf', unit: 'ms', number: 'p99' }),
        lost: sum(played.map(({ within, without }) => within.lost + without.lost)),
      },
      lineOf('p99-without', 'ms', ({ without }) => without.p99),
      lineOf('p99-with-over-without', 'ratio', ({ within, without }) => within.p99 / without.p99),
      contestLine(results, { bench: 'slow', case: 'growth-with-1%-deaf', unit: 'MiB', number: 'grown' }),
      lineOf('growth-without', 'MiB', ({ without }) => without.grown),
      lineOf('growth-by-deaf-over-limit', 'ratio', ({ within, without }) => (within.grown - without.grown) / allowed),
    ];
  },
};
