/** Whether an attack was refused or bounded, and harmed no other customer. Pure. */
import { percentile } from '../../harness/percentile.ts';
import type { Answers, Attack } from './attack.ts';
import type { Peaks } from './memory.ts';
import type { ServiceLevel } from './other-customer.ts';

/** The other customer without the attack and then with it. */
export interface Round {
  calm: ServiceLevel;
  attacked: ServiceLevel;
}

export interface Seen {
  attack: string;
  seconds: number;
  answers: Answers;
  rounds: readonly Round[];
  /** MiB of each process at most. */
  memory: Peaks;
  /** Processes that were restarted. */
  restarted: readonly string[];
  /** Why something that must still work failed. */
  harm: readonly string[];
  /** The invariants that do not hold after it. */
  broken: readonly string[];
}

const mostRatio = 2;
/** A busy machine alone adds this to the slowest in a hundred, in ms. */
const noiseMs = 25;

const ratioOf = ({ calm, attacked }: Round): number => Math.max(0, attacked.p99 - noiseMs) / Math.max(calm.p99, 1);

/** The other customer's p99 with the attack, less what noise may add, as a multiple of the one without: the median of the rounds. */
export const ratio = ({ rounds }: Pick<Seen, 'rounds'>): number =>
  Math.round((percentile(rounds.map(ratioOf), 0.5) ?? 0) * 100) / 100;

/** Empty when it is as promised. */
export function complaintsAbout(
  seen: Seen,
  { refusedBy, atMost = {} }: Pick<Attack, 'refusedBy' | 'atMost'>,
  limitOf: (label: string) => number,
): string[] {
  const { answers, rounds, memory, restarted, harm, broken } = seen;
  const failed = rounds.reduce((sum, { attacked }) => sum + attacked.failed, 0);
  const firstFailure = rounds.find(({ attacked }) => attacked.failed > 0)?.attacked.firstFailure;
  const tooLarge = Object.entries(memory).filter(([label, mib]) => mib > limitOf(label));
  const tooOften = Object.entries(atMost).filter(([answer, most]) => (answers[answer] ?? 0) > most);
  return [
    ...(refusedBy.some((answer) => (answers[answer] ?? 0) > 0) ? [] : [`never answered ${refusedBy.join(' or ')}`]),
    ...tooOften.map(([answer, most]) => `answered ${answer} ${answers[answer]} times, more than ${most}`),
    ...(ratio(seen) > mostRatio ? [`another customer's p99 is ${ratio(seen)} × what it is without`] : []),
    ...(failed > 0 ? [`${failed} requests of another customer failed, the first with ${firstFailure}`] : []),
    ...tooLarge.map(([label, mib]) => `${label} took ${mib} MiB, its limit is ${limitOf(label)}`),
    ...(restarted.length > 0 ? [`${restarted.join(', ')} restarted`] : []),
    ...harm,
    ...(broken.length > 0 ? [`verify: ${broken.join(', ')} broken`] : []),
  ];
}
