/** Who must have seen which event, and what excuses those that have not: the event is set aside or in the dead letters. */
import { groupBy, type Snapshot } from '../invariant.ts';
import type { EventRecord, Records } from '../records.ts';

export const notificationsGroup = 'halftone.notifications';

const isOneOf =
  (...types: string[]) =>
  ({ type }: EventRecord<unknown>): boolean =>
    types.includes(type);

/** Of each group the events it has to handle: each leaves a row in its inbox, even if it means nothing for the group. */
const duties: Readonly<Record<string, (records: Records) => EventRecord<unknown>[]>> = {
  'halftone.orders': ({ orders, payments }) => [
    ...orders.filter(isOneOf('order.paid', 'order.printing')),
    ...payments.filter(isOneOf('payment.captured', 'payment.declined', 'refund.completed')),
  ],
  'halftone.payments': ({ orders }) => orders.filter(isOneOf('order.placed', 'order.refunding')),
  [notificationsGroup]: ({ orders, payments, images }) => [...orders, ...payments, ...images],
};

export const groups = Object.keys(duties);

export const dutiesOf = (group: string, records: Records): EventRecord<unknown>[] => duties[group]?.(records) ?? [];

/** The ids of events that the group has not handled because they are in its dead letters or set aside. */
export function excused(group: string, { rows, records }: Snapshot): Map<string, string> {
  const letters = records.letters.filter((letter) => letter.group === group && letter.state !== 'replayed');
  const parked = rows.parked.filter(({ consumer }) => consumer === group);
  return new Map([
    ...parked.map(({ eventId }) => [eventId, 'parked'] as const),
    ...letters.map(({ eventId, id }) => [eventId, `dead letter ${id}`] as const),
  ]);
}

/** Events that somebody refused to handle: that nobody here wrote them is known already. */
export const refusedEvents = ({ letters }: Records): Set<string> => new Set(letters.map(({ eventId }) => eventId));

export const inboxesOf = ({ rows }: Snapshot): Map<string, Set<string>> =>
  new Map(
    [...groupBy(rows.inbox, ({ consumer }) => consumer)].map(([consumer, seen]) => [
      consumer,
      new Set(seen.map(({ eventId }) => eventId)),
    ]),
  );
