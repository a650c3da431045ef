/** Runs a measurement on realtime and on the peers that are available here. */
import { onInterruption } from '@halftone/tools/os/interruption.ts';
import { killSandbox } from '../../harness/sandbox/sandbox.ts';
import type { BenchOptions } from '../benchmark.ts';
import type { ComparedLine } from '../sample.ts';
import type { Measured } from '../workers.ts';
import { ClientPool } from '../../harness/clients/pool/client-pool.ts';
import type { BenchServer, Running, Transport } from './bench-server.ts';
import { ours } from './ours.ts';
import { peers } from './peers.ts';

interface ServerList {
  list: readonly BenchServer[];
  signal: AbortSignal;
  say: (text: string) => void;
}

/** Leaves out peers that cannot start here, and says so. */
async function available(wanted: readonly BenchServer[], signal: AbortSignal, say: (text: string) => void) {
  const there: BenchServer[] = [];
  for (const peer of wanted) {
    try {
      await (await peer.start(signal)).stop();
      there.push(peer);
    } catch (error) {
      say(`without ${peer.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return there;
}

async function withServers<T>({ peers: names, say }: BenchOptions, work: (all: ServerList) => Promise<T>) {
  const { signal } = onInterruption(killSandbox);
  const wanted = peers.filter(({ name }) => !names || names.includes(name));
  const others = await available(wanted, signal, say);
  const { server, close } = await ours(signal, say);
  try {
    return await work({ list: [server, ...others], signal, say });
  } finally {
    await close();
  }
}

const transports = ['websocket', 'sse'] as const;

/** A server that was just started, and a client pool without clients. */
export interface ServerRun {
  running: Running;
  pool: ClientPool;
  /** Connects `count` more clients and waits until they are ready. */
  join(count: number): Promise<void>;
}

type Results = Map<string, Measured[]>;

/** Runs every server on each of its transports, each time with a new server and a new pool. */
export const onEachTransport = (
  options: BenchOptions,
  measure: (serverRun: ServerRun) => Promise<Measured>,
  linesOf: (results: Results, transport: Transport) => ComparedLine[],
): Promise<ComparedLine[]> =>
  withServers(options, async (all) => {
    const lines: ComparedLine[] = [];
    for (const transport of transports) {
      lines.push(...linesOf(await inTurns(all, transport, options.rounds, measure), transport));
    }
    return lines;
  });

/** The order alternates between rounds. Returns the measurements of each server, in the order of the rounds. */
async function inTurns(
  { list, signal, say }: ServerList,
  transport: Transport,
  rounds: number,
  measure: (serverRun: ServerRun) => Promise<Measured>,
): Promise<Results> {
  const servers = list.filter((one) => one.transports.includes(transport));
  const results: Results = new Map(servers.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const server of round % 2 ? servers.toReversed() : servers) {
      const measured = await withPool(await server.start(signal), transport, measure);
      results.get(server.name)?.push(measured);
      say(`${transport}, round ${round + 1} of ${rounds}: ${server.name} ${JSON.stringify(measured)}`);
    }
  }
  return results;
}

async function withPool(running: Running, transport: Transport, measure: (serverRun: ServerRun) => Promise<Measured>) {
  const pool = ClientPool.open();
  try {
    return await measure({ running, pool, join: (count) => pool.connect(running.targetFor(transport), count) });
  } finally {
    pool.end();
    await running.stop();
  }
}
