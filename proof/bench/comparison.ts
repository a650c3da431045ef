/** Runs our program and the peers in turns, so that other load on the machine affects all alike. */
import { summary, type ComparedLine, type Line } from './sample.ts';
import type { Load, Measured, RunProgram } from './workers.ts';

export interface Comparison {
  bench: string;
  /** Program by name; `ours` is one of them. */
  programs: Readonly<Record<string, string>>;
  load: Load;
}

/** Returns the measurements of each program, one per round. The order alternates. */
export async function runInTurns(
  run: RunProgram,
  { bench, programs, load }: Comparison,
  rounds: number,
  say: (text: string) => void,
): Promise<Map<string, Measured[]>> {
  const results = new Map<string, Measured[]>(Object.keys(programs).map((name) => [name, []]));
  const names = Object.entries(programs);
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const [name, program] of order) results.get(name)?.push(await run(bench, program, load));
    say(`round ${round + 1} of ${rounds}`);
  }
  return results;
}

interface Named {
  bench: string;
  case: string;
  unit: Line['unit'];
  /** Which of the numbers measured. */
  number: string;
}

/** One line of the result: ours, the peers, and the median of the ratios ours ÷ peer over the rounds. Pure. */
export function comparisonLine(
  results: Map<string, Measured[]>,
  { bench, case: name, unit, number }: Named,
): ComparedLine {
  const valuesOf = (who: string) => (results.get(who) ?? []).map((measured) => measured[number] ?? Number.NaN);
  const ours = valuesOf('ours');
  const peers = [...results.keys()].filter((who) => who !== 'ours');
  const ratioTo = (peer: string) => {
    const theirs = valuesOf(peer);
    return summary(ours.map((value, round) => value / (theirs[round] ?? Number.NaN))).median;
  };
  return {
    bench,
    case: name,
    unit,
    ours: summary(ours),
    n: ours.length,
    peers: Object.fromEntries(peers.map((peer) => [peer, summary(valuesOf(peer))])),
    ratio: Object.fromEntries(peers.map((peer) => [peer, ratioTo(peer)])),
  };
}
