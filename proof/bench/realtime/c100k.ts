import { setTimeout as sleep } from 'node:timers/promises';
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import { ClientPool, monotonic } from '../../harness/clients/pool/client-pool.ts';
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { openRealtimeSandbox, type RealtimeSandbox } from '../../harness/sandbox/realtime/realtime-sandbox.ts';
import type { Benchmark } from '../benchmark.ts';
import { line } from '../sample.ts';
import { addressOf, withoutLimits, publishToAll, handshakeOf } from './ours.ts';
import { cpuUs, pssKiB, sum } from '@halftone/tools/os/process-cost.ts';

const connections = 100_000;
/** A process may have 20,000 files open. */
const perProcess = 17_000;
const broadcastCount = 60;

/** The kinds of connections, and the share of each. */
const mix = [
  ['websocket', 0.6],
  ['proto', 0.1],
  ['sse', 0.28],
  ['long-poll', 0.02],
] as const;

/** One client process per realtime process, with its own source addresses, because ports are scarce. */
async function fill(sandbox: RealtimeSandbox, url: string, index: number, size: number): Promise<ClientPool> {
  const pool = ClientPool.open(1);
  const token = sandbox.token('client-pool');
  const sources = Array.from({ length: 4 }, (_, one) => `127.0.${index + 1}.${one + 1}`);
  let placed = 0;
  for (const [kind, share] of mix) {
    const count = kind === 'long-poll' ? size - placed : Math.floor(size * share);
    placed += count;
    await pool.connect({ to: addressOf(url), handshake: handshakeOf(kind, token) }, count, { atOnce: 50, sources });
  }
  return pool;
}

/** One broadcast per second, or as soon as all clients have the one before. Returns how long each took. */
async function broadcasts(sandbox: RealtimeSandbox, pools: readonly ClientPool[], times: number) {
  const took: number[] = [];
  for (let one = 0; one < times; one += 1) {
    const begun = monotonic();
    const waits = pools.map((pool) => pool.receive(1, begun));
    await publishToAll(sandbox, 1);
    await Promise.all(waits);
    took.push(monotonic() - begun);
    await sleep(Math.max(0, 1_000 - (monotonic() - begun)));
  }
  const ends = await Promise.all(pools.map((pool) => pool.receive(0, 0)));
  const all = (key: 'open' | 'lost' | 'duplicated') => sum(ends.map((end) => end[key]));
  return { took, lost: all('lost'), duplicated: all('duplicated'), open: all('open') };
}

export const c100k: Benchmark = {
  name: 'c100k',
  about:
    '100,000 connections of all kinds over several processes; 60 broadcasts, one each second or when all have the last',
  rounds: broadcastCount,
  run: async ({ rounds, connections: wanted = connections, say }) => {
    const { signal } = onInterruption(killSandbox);
    const replicas = Math.ceil(wanted / perProcess);
    const settings = { ...withoutLimits, REALTIME_MAX_BUFFERED_BYTES: '65536' };
    const sandbox = await openRealtimeSandbox({ name: 'bench', replicas, settings, note: say, signal });
    const pools: ClientPool[] = [];
    try {
      const size = Math.ceil(wanted / replicas);
      for (const [index, url] of sandbox.urls.entries()) {
        pools.push(await fill(sandbox, url, index, Math.min(size, wanted - size * index)));
        say(`${sum(pools.map((pool) => pool.size))} connections`);
      }
      const used = () => sum(sandbox.processes.map(({ pid }) => cpuUs(pid)));
      const before = used();
      const { took, lost, duplicated, open } = await broadcasts(sandbox, pools, rounds);
      if (duplicated > 0) throw new Error(`${duplicated} messages came twice`);
      const perDelivery = (used() - before) / (rounds * wanted);
      const memory = sum(sandbox.processes.map(({ pid }) => pssKiB(pid))) / wanted;
      return [
        { ...line('c100k', 'held', 'connections', [open]), lost },
        line('c100k', 'broadcast-to-all', 'ms', took, true),
        line('c100k', 'cpu-per-delivery', 'us', [perDelivery]),
        line('c100k', 'memory-per-connection', 'KiB', [memory]),
      ];
    } finally {
      for (const pool of pools) pool.end();
      await sandbox.close();
    }
  },
};
