/** Who takes part: we, and those peers that were asked for and can be had here. */
import { onInterruption } from '../../engines/interruption.ts';
import { killArena } from '../../arena/arena.ts';
import type { BenchOptions } from '../benchmark.ts';
import type { Contest } from '../sample.ts';
import type { Measured } from '../workers.ts';
import { Crowd } from '../../crowd/crowd.ts';
import type { Contestant, Running, Transport } from './contestant.ts';
import { ours } from './ours.ts';
import { peers } from './peers.ts';

interface Entrants {
  list: readonly Contestant[];
  signal: AbortSignal;
  say: (text: string) => void;
}

/** Those that cannot be had are left out, aloud. */
async function available(wanted: readonly Contestant[], signal: AbortSignal, say: (text: string) => void) {
  const there: Contestant[] = [];
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

async function entrants<T>({ peers: names, say }: BenchOptions, work: (all: Entrants) => Promise<T>) {
  const { signal } = onInterruption(killArena);
  const wanted = peers.filter(({ name }) => !names || names.includes(name));
  const others = await available(wanted, signal, say);
  const { contestant, close } = await ours(signal, say);
  try {
    return await work({ list: [contestant, ...others], signal, say });
  } finally {
    await close();
  }
}

const transports = ['websocket', 'sse'] as const;

/** A server that has just been started, and a crowd of which nobody is there yet. */
export interface Match {
  running: Running;
  crowd: Crowd;
  /** So many more clients connect and are ready. */
  join(count: number): Promise<void>;
}

type Results = Map<string, Measured[]>;

/** On each transport everybody who speaks it, each time with a new server and a new crowd. `linesOf` is given what was measured on one. */
export const onEachTransport = (
  options: BenchOptions,
  measure: (match: Match) => Promise<Measured>,
  linesOf: (results: Results, transport: Transport) => Contest[],
): Promise<Contest[]> =>
  entrants(options, async (all) => {
    const lines: Contest[] = [];
    for (const transport of transports) {
      lines.push(...linesOf(await inTurns(all, transport, options.rounds, measure), transport));
    }
    return lines;
  });

/** The order is turned round with each round. A list of what was measured per contestant, in the order of the rounds. */
async function inTurns(
  { list, signal, say }: Entrants,
  transport: Transport,
  rounds: number,
  measure: (match: Match) => Promise<Measured>,
): Promise<Results> {
  const competing = list.filter((one) => one.transports.includes(transport));
  const results: Results = new Map(competing.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of round % 2 ? competing.toReversed() : competing) {
      const measured = await matched(await contestant.start(signal), transport, measure);
      results.get(contestant.name)?.push(measured);
      say(`${transport}, round ${round + 1} of ${rounds}: ${contestant.name} ${JSON.stringify(measured)}`);
    }
  }
  return results;
}

async function matched(running: Running, transport: Transport, measure: (match: Match) => Promise<Measured>) {
  const crowd = Crowd.open();
  try {
    return await measure({ running, crowd, join: (count) => crowd.connect(running.where(transport), count) });
  } finally {
    crowd.end();
    await running.stop();
  }
}
