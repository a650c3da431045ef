import { Crowd, monotonic } from '../../crowd/crowd.ts';
import { onInterruption } from '../../engines/interruption.ts';
import { killArena } from '../../arena/arena.ts';
import { openStage, type Stage } from '../../stage/stage.ts';
import type { Benchmark } from '../benchmark.ts';
import { line } from '../sample.ts';
import { openDoors, runningOn, tellAll } from './ours.ts';
import { pssKiB, sum } from './process-cost.ts';

const clients = 2_000;
const deafShare = 0.01;
const limitBytes = 262_144;
/** 8 MB to each: whoever reads nothing is far beyond the limit, and the buffers of both kernels are full. */
const [turns, atOnce, filling] = [100, 40, 1_800];
const warmUp = 10;

interface Seen {
  /** ms; the median of all turns. */
  p99: number;
  /** KiB that the process grew by at most. */
  grown: number;
  lost: number;
  /** Connections that the process gave up as too slow. */
  cut: number;
}

/** The same flood for those who read, in a new process; of all connections so many read nothing. */
async function flood(stage: Stage, size: number, deaf: number): Promise<Seen> {
  await stage.killAndAwait(1);
  const running = runningOn(stage);
  const [readers, sleepers] = [Crowd.open(), Crowd.open(1)];
  const pss = () => sum(running.pids().map(pssKiB));
  const turn = async () => {
    const arrived = readers.receive(atOnce, monotonic());
    await tellAll(stage, atOnce, filling);
    return arrived;
  };
  try {
    await readers.connect(running.where('websocket'), size - deaf);
    if (deaf > 0) await sleepers.connect(running.where('websocket'), deaf);
    for (let warm = 0; warm < warmUp; warm += 1) await turn();
    if (deaf > 0) await sleepers.pause();
    const before = pss();
    const seen: { p99: number; lost: number; kib: number }[] = [];
    for (let one = 0; one < turns; one += 1) seen.push({ ...(await turn()), kib: pss() });
    return {
      p99: seen.map(({ p99 }) => p99).toSorted((a, b) => a - b)[Math.floor(turns / 2)] ?? Number.NaN,
      grown: seen.reduce((most, { kib }) => Math.max(most, kib), before) - before,
      lost: seen.at(-1)?.lost ?? Number.NaN,
      cut: await slowConsumers(stage),
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

interface Pair {
  without: Seen;
  within: Seen;
}

async function rounds(stage: Stage, size: number, count: number, say: (text: string) => void): Promise<Pair[]> {
  const deaf = Math.max(1, Math.round(size * deafShare));
  const pairs: Pair[] = [];
  for (let round = 0; round < count; round += 1) {
    const first = await flood(stage, size, round % 2 ? deaf : 0);
    const second = await flood(stage, size, round % 2 ? 0 : deaf);
    const pair = round % 2 ? { within: first, without: second } : { within: second, without: first };
    pairs.push(pair);
    say(`round ${round + 1} of ${count}: ${JSON.stringify(pair)}`);
    if (pair.within.cut !== deaf) throw new Error(`${pair.within.cut} of ${deaf} who never read were given up`);
  }
  return pairs;
}

export const slow: Benchmark = {
  name: 'slow',
  about: '1 % of 2,000 clients never read while 8 MB go to each: memory, and what the others notice',
  rounds: 3,
  run: async ({ rounds: count, connections: size = clients, say }) => {
    const { signal } = onInterruption(killArena);
    const settings = { ...openDoors, REALTIME_MAX_BUFFERED_BYTES: String(limitBytes) };
    const stage = await openStage({ name: 'bench', replicas: 1, settings, note: say, signal });
    const pairs = await rounds(stage, size, count, say).finally(() => stage.close());
    const lost = sum(pairs.map(({ within, without }) => within.lost + without.lost));
    const allowed = (limitBytes / 1024) * Math.max(1, Math.round(size * deafShare));
    const lineOf = (name: string, unit: 'ms' | 'MiB' | 'ratio', of: (pair: Pair) => number) =>
      line('slow', name, unit, pairs.map(of));
    return [
      { ...lineOf('p99-with-1%-deaf', 'ms', ({ within }) => within.p99), lost },
      lineOf('p99-without', 'ms', ({ without }) => without.p99),
      lineOf('p99-with-over-without', 'ratio', ({ within, without }) => within.p99 / without.p99),
      lineOf('growth-with-1%-deaf', 'MiB', ({ within }) => within.grown / 1024),
      lineOf('growth-without', 'MiB', ({ without }) => without.grown / 1024),
      lineOf('growth-by-deaf-over-limit', 'ratio', ({ within, without }) => (within.grown - without.grown) / allowed),
    ];
  },
};
