import type { Benchmark } from '../benchmark.ts';
import { comparisonLine } from '../comparison.ts';
import { type ClientPool, monotonic } from '../../harness/clients/pool/client-pool.ts';
import type { Running } from './bench-server.ts';
import { type ServerRun, onEachTransport } from './server-runs.ts';
import { cpuUs, sum } from '@halftone/tools/os/process-cost.ts';

const clients = 4_000;
/** A case runs until it has used this much CPU, so that the ticks of /proc are fine enough, or for this many turns. */
const enoughCpuUs = 1_500_000;
const mostTurns = 60;
/** Deliveries before it is measured: by then compilers have seen the path, and what the connections left behind is collected. */
const warmUp = 100_000;

const outstanding = { sparse: 1, burst: 32 } as const;

/** Publishes `atOnce` messages and waits until all clients have them, again and again. Returns the server's CPU per delivery. */
async function perDelivery(running: Running, pool: ClientPool, atOnce: number) {
  const used = () => sum(running.pids().map(cpuUs));
  const turn = async () => {
    const arrived = pool.receive(atOnce, monotonic());
    await running.publish(atOnce);
    return arrived;
  };
  for (let warm = 0; warm < Math.max(3, warmUp / (atOnce * pool.size)); warm += 1) await turn();
  const before = used();
  let turns = 0;
  let [lost, duplicated] = [0, 0];
  while (turns < mostTurns && used() - before < enoughCpuUs) {
    ({ lost, duplicated } = await turn());
    turns += 1;
  }
  if (duplicated > 0) throw new Error(`${duplicated} messages came twice`);
  return { cpuUs: (used() - before) / (turns * atOnce * pool.size), lost };
}

async function measure({ running, pool, join }: ServerRun, size: number) {
  await join(size);
  const measured: Record<string, number> = {};
  for (const [name, atOnce] of Object.entries(outstanding)) {
    const { cpuUs: cost, lost } = await perDelivery(running, pool, atOnce);
    Object.assign(measured, { [name]: cost, [`${name}Lost`]: lost });
  }
  return measured;
}

export const fanout: Benchmark = {
  name: 'fanout',
  about:
    'server CPU per delivery: 4,000 connections on one channel, 200 bytes, 1 and 32 messages outstanding, against others',
  rounds: 5,
  run: (options) =>
    onEachTransport(
      options,
      (serverRun) => measure(serverRun, options.connections ?? clients),
      (results, transport) =>
        Object.keys(outstanding).map((name) => ({
          ...comparisonLine(results, { bench: 'fanout', case: `${transport}-${name}`, unit: 'us', number: name }),
          lost: sum((results.get('ours') ?? []).map((one) => one[`${name}Lost`] ?? 0)),
        })),
    ),
};
