/** What is wanted of dead letters: those named, or all that match. */
import { UsageError } from '../terminal/usage-error.ts';
import type { DeadLetter, LetterState } from '@halftone/contracts';

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

export const matches = ({ group, reason, state = 'open' }: Filter, letter: DeadLetter): boolean =>
  (group === undefined || letter.group === group) &&
  (reason === undefined || letter.reason === reason) &&
  (state === 'all' || letter.state === state);
