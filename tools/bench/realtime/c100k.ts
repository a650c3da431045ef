import { setTimeout as sleep } from 'node:timers/promises';
import { killArena } from '../../arena/arena.ts';
import { Crowd, monotonic } from '../../crowd/crowd.ts';
import { onInterruption } from '../../engines/interruption.ts';
import { openStage, type Stage } from '../../stage/stage.ts';
import type { Benchmark } from '../benchmark.ts';
import { line } from '../sample.ts';
import { addressOf, openDoors, tellAll, wordsOf } from './ours.ts';
import { cpuUs, pssKiB, sum } from './process-cost.ts';

const connections = 100_000;
/** A process may have 20,000 files open. */
const perProcess = 17_000;
const broadcastCount = 60;

/** What the connections are, and in which share. */
const mix = [
  ['websocket', 0.6],
  ['proto', 0.1],
  ['sse', 0.28],
  ['long-poll', 0.02],
] as const;

/** One process of clients for each process of realtime; addresses of their own, because ports are scarce. */
async function fill(stage: Stage, url: string, index: number, size: number): Promise<Crowd> {
  const crowd = Crowd.open(1);
  const token = stage.token('crowd');
  const sources = Array.from({ length: 4 }, (_, one) => `127.0.${index + 1}.${one + 1}`);
  let placed = 0;
  for (const [kind, share] of mix) {
    const count = kind === 'long-poll' ? size - placed : Math.floor(size * share);
    placed += count;
    await crowd.connect({ to: addressOf(url), words: wordsOf(kind, token) }, count, { atOnce: 50, sources });
  }
  return crowd;
}

/** A broadcast each second, or as soon as all have the one before; what each took to reach all. */
async function broadcasts(stage: Stage, crowds: readonly Crowd[], times: number) {
  const took: number[] = [];
  for (let one = 0; one < times; one += 1) {
    const begun = monotonic();
    const waits = crowds.map((crowd) => crowd.receive(1, begun));
    await tellAll(stage, 1);
    await Promise.all(waits);
    took.push(monotonic() - begun);
    await sleep(Math.max(0, 1_000 - (monotonic() - begun)));
  }
  const ends = await Promise.all(crowds.map((crowd) => crowd.receive(0, 0)));
  const all = (key: 'open' | 'lost' | 'twice') => sum(ends.map((end) => end[key]));
  return { took, lost: all('lost'), twice: all('twice'), open: all('open') };
}

export const c100k: Benchmark = {
  name: 'c100k',
  about:
    '100,000 connections of all kinds over several processes; 60 broadcasts, one each second or when all have the last',
  rounds: broadcastCount,
  run: async ({ rounds, connections: wanted = connections, say }) => {
    const { signal } = onInterruption(killArena);
    const replicas = Math.ceil(wanted / perProcess);
    const settings = { ...openDoors, REALTIME_MAX_BUFFERED_BYTES: '65536' };
    const stage = await openStage({ name: 'bench', replicas, settings, note: say, signal });
    const crowds: Crowd[] = [];
    try {
      const size = Math.ceil(wanted / replicas);
      for (const [index, url] of stage.urls.entries()) {
        crowds.push(await fill(stage, url, index, Math.min(size, wanted - size * index)));
        say(`${sum(crowds.map((crowd) => crowd.size))} connections`);
      }
      const used = () => sum(stage.processes.map(({ pid }) => cpuUs(pid)));
      const before = used();
      const { took, lost, twice, open } = await broadcasts(stage, crowds, rounds);
      if (twice > 0) throw new Error(`${twice} messages came twice`);
      const perDelivery = (used() - before) / (rounds * wanted);
      const memory = sum(stage.processes.map(({ pid }) => pssKiB(pid))) / wanted;
      return [
        { ...line('c100k', 'held', 'connections', [open]), lost },
        line('c100k', 'broadcast-to-all', 'ms', took, true),
        line('c100k', 'cpu-per-delivery', 'us', [perDelivery]),
        line('c100k', 'memory-per-connection', 'KiB', [memory]),
      ];
    } finally {
      for (const crowd of crowds) crowd.end();
      await stage.close();
    }
  },
};
