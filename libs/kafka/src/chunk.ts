import type { KafkaMessage } from 'kafkajs';
import type { Delivery } from './handler-transaction';
import { isKnown, keyOf, type PartitionBacklog } from './retry-queue';

/** The most events of one transaction. */
const LARGEST = 100;

/**
 * A message of a partition. `event` has a handler; `skipped` concerns no handler of this group; `alone` is handled by
 * itself, because it is not a valid event.
 */
export type Incoming = { message: KafkaMessage } & (
  { kind: 'event'; delivery: Delivery } | { kind: 'skipped'; isForOtherGroup: boolean } | { kind: 'alone' }
);

/**
 * How many messages from the first on are one step: skipped ones, events that may share a transaction together with the
 * skipped ones between them, or one message alone.
 */
export function sizeOfStep(messages: readonly Incoming[], backlog: PartitionBacklog): number {
  const isFree = freeOf(backlog);
  const end = messages.findIndex((one) => !isFree(one));
  const free = messages.slice(0, end === -1 ? messages.length : end);
  const skipped = free.findIndex(({ kind }) => kind !== 'skipped');
  if (skipped !== 0) return Math.max(1, skipped === -1 ? free.length : skipped);
  const events = free.flatMap(({ kind }, index) => (kind === 'event' ? [index] : []));
  if (events.length === 1) return 1;
  return events[LARGEST] ?? free.length;
}

/** Whether nothing in the retry queue concerns it, neither itself nor an event of its key. */
const freeOf =
  (backlog: PartitionBacklog) =>
  (one: Incoming): boolean => {
    const { message, kind } = one;
    if (kind === 'alone' || isKnown(backlog, message)) return false;
    return (kind === 'skipped' && one.isForOtherGroup) || !backlog.keys.has(keyOf(message));
  };

/**
 * The parts in which the messages of a failed transaction are tried again: the event that failed alone, and those before
 * and after it; or halves if it is not known. Those before it are handled again, so they are at most half of all at a
 * time. So an event is handled again at most log2 n times, however many fail.
 */
export function partsOf<M>(messages: readonly M[], culprit: number | undefined): M[][] {
  const { length } = messages;
  const half = Math.ceil(length / 2);
  const cuts = culprit === undefined ? [half, length] : [Math.min(half, culprit), culprit, culprit + 1, length];
  return cuts.map((to, index) => messages.slice(cuts[index - 1] ?? 0, to)).filter((part) => part.length > 0);
}
