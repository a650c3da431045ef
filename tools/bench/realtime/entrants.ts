/** Who takes part: we, and those peers that were asked for and can be had here. */
import { onInterruption } from '../../engines/interruption.ts';
import { killArena } from '../../arena/arena.ts';
import type { BenchOptions } from '../benchmark.ts';
import type { Measured } from '../workers.ts';
import type { Contestant, Transport } from './contestant.ts';
import { ours } from './ours.ts';
import { peers } from './peers.ts';
import type { Stage } from '../../stage/stage.ts';

export interface Entrants {
  list: readonly Contestant[];
  stage: Stage;
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

export async function entrants<T>({ peers: names, say }: BenchOptions, work: (all: Entrants) => Promise<T>) {
  const { signal } = onInterruption(killArena);
  const wanted = peers.filter(({ name }) => !names || names.includes(name));
  const others = await available(wanted, signal, say);
  const { contestant, stage, close } = await ours(signal, say);
  try {
    return await work({ list: [contestant, ...others], stage, signal, say });
  } finally {
    await close();
  }
}

/** Everybody who speaks the transport, in turns, the order turned round with each round. What each measured, a list per round. */
export async function inTurns(
  { list, say }: Entrants,
  transport: Transport,
  rounds: number,
  measure: (contestant: Contestant) => Promise<Measured>,
): Promise<Map<string, Measured[]>> {
  const competing = list.filter(({ transports }) => transports.includes(transport));
  const results = new Map<string, Measured[]>(competing.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of round % 2 ? competing.toReversed() : competing) {
      const measured = await measure(contestant);
      results.get(contestant.name)?.push(measured);
      say(`${transport}, round ${round + 1} of ${rounds}: ${contestant.name} ${JSON.stringify(measured)}`);
    }
  }
  return results;
}
