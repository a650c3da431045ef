import { all, each, groupBy, type Finding, type Invariant } from '../invariant.ts';
import type { EventRecord } from '../records.ts';

/** The parties of a transfer have an event each, under a key of their own: in order is only what has one key. */
function judgeTopic(events: readonly EventRecord<unknown>[], lostBeginning: boolean): Finding {
  const aggregates = [...groupBy(events, ({ subject }) => subject)];
  const perKey = [...groupBy(events, ({ subject, key }) => `${subject} ${key}`)];
  const describe = ([of, list]: [string, EventRecord<unknown>[]]) => ({
    of,
    found: list.map(({ sequence }) => sequence),
  });
  return all(
    each(perKey, (entry) => {
      const [, list] = entry;
      const rises = list.every(({ sequence }, index) => sequence > (list[index - 1]?.sequence ?? 0));
      return rises ? undefined : describe(entry);
    }),
    each(lostBeginning ? [] : aggregates, (entry) => {
      const numbers = entry[1].map(({ sequence }) => sequence).toSorted((a, b) => a - b);
      return numbers.every((number, index) => number === index + 1) ? undefined : describe(entry);
    }),
  );
}

export const sequenceGapless: Invariant = {
  name: 'sequence-gapless',
  says: 'On Kafka the events of each order, payment, refund, refund request, transfer and photo are numbered 1..n without gaps, and in that order per key.',
  reads: ['topic orders', 'topic payments', 'topic images'],
  shows: 'of, found [sequence]',
  settles: true,
  judge: ({ records: { orders, payments, images, keptSince } }) =>
    all(...[orders, payments, images].map((events) => judgeTopic(events, keptSince !== undefined))),
};
