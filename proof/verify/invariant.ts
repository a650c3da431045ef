/** A rule that holds for the whole system, whatever fails. */
import type { Operation } from '../harness/workload/history.ts';
import type { Records } from './records.ts';
import type { Rows } from './rows.ts';

export interface Snapshot {
  rows: Rows;
  records: Records;
  /** The recorded history of the clients, for the invariants of a history. */
  history?: readonly Operation[];
}

export interface Finding {
  /** Number of things checked. */
  checked: number;
  /** The first thing that breaks the rule, with what is needed to look it up. Absent: the invariant holds. */
  counterExample?: Record<string, unknown>;
}

/** The input of an invariant: a query of PostgreSQL, a topic, all dead letters, or a recorded history. */
export type Reading =
  keyof Rows | 'topic orders' | 'topic payments' | 'topic images' | 'topic feed' | 'dead letters' | 'history';

export interface Invariant {
  name: string;
  /** The rule as one sentence. */
  says: string;
  reads: readonly Reading[];
  /** The fields of a counter-example; forms that differ are separated by ` | `. */
  shows: string;
  /** True when it may be broken while work is in progress; then only a lasting violation counts. */
  settles: boolean;
  /** Pure. */
  judge(snapshot: Snapshot): Finding;
}

/** Checks each item until one is wrong. */
export function each<Item>(items: readonly Item[], wrong: (item: Item) => object | undefined): Finding {
  for (const [index, item] of items.entries()) {
    const counterExample = wrong(item);
    if (counterExample) return { checked: index + 1, counterExample: counterExample as Record<string, unknown> };
  }
  return { checked: items.length };
}

/** Combines findings: the first violation counts. */
export function all(...findings: Finding[]): Finding {
  const broken = findings.find(({ counterExample }) => counterExample);
  const checked = findings.reduce((sum, finding) => sum + finding.checked, 0);
  return { checked, ...(broken?.counterExample && { counterExample: broken.counterExample }) };
}

export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

export const sumOf = (items: readonly { amount: number }[]): number =>
  items.reduce((sum, { amount }) => sum + amount, 0);

/** False for things older than the oldest record on Kafka. */
export const isKept = (time: Date, { keptSince }: Records): boolean => !keptSince || time >= keptSince;
