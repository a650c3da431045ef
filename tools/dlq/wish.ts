/** Selects dead letters: those named, or all that match. */
import { UsageError } from '../terminal/usage-error.ts';
import type { DeadLetter, LetterState } from '@halftone/contracts';
import type { DeadLetterDesk } from '@halftone/kafka/desk';

export const states = ['open', 'replayed', 'dropped', 'all'] as const;

export interface Filter {
  group?: string;
  reason?: string;
  state?: LetterState | 'all';
}

export interface Closing extends Filter {
  all: boolean;
  json: boolean;
}

/** Throws UsageError unless it is clear which letters are meant. */
export function assertClear(verb: string, ids: readonly string[], { all, group, reason }: Closing): void {
  if (all && ids.length > 0) throw new UsageError('either IDs or --all');
  if (all) return;
  if (ids.length === 0) throw new UsageError(`${verb} what? An ID, or --all`);
  if (group !== undefined || reason !== undefined) throw new UsageError('--group and --reason go with --all');
}

/** All that match: by group, and in a group oldest first. */
export async function lettersLike(desk: DeadLetterDesk, { group, reason, state = 'open' }: Filter) {
  const letters = await desk.list({ group, state: state === 'all' ? undefined : state }, Infinity);
  return letters.filter((letter) => reason === undefined || letter.reason === reason).toSorted(byGroupAndAge);
}

const byGroupAndAge = (a: DeadLetter, b: DeadLetter): number =>
  a.group === b.group ? offsetOf(a) - offsetOf(b) : a.group < b.group ? -1 : 1;

const offsetOf = ({ id }: DeadLetter): number => Number(id.slice(id.lastIndexOf('/') + 1));
