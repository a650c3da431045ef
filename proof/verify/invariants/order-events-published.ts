import { ordersV1, wordOf } from '@halftone/contracts';
import { all, each, isKept, type Invariant } from '../invariant.ts';
import { refusedEvents } from './consumption.ts';

export const orderEventsPublished: Invariant = {
  name: 'order-events-published',
  says: 'Each order event in the database is on Kafka with the same id, version and state; Kafka has no others.',
  reads: ['orderEvents', 'topic orders', 'dead letters'],
  shows: 'event, onKafka',
  settles: true,
  judge: ({ rows, records }) => {
    const published = new Map(records.orders.map((record) => [record.id, record]));
    const known = new Set(rows.orderEvents.map(({ eventId }) => eventId));
    const refused = refusedEvents(records);
    const kept = rows.orderEvents.filter(({ time }) => isKept(time, records));
    return all(
      each(kept, (event) => {
        const record = published.get(event.eventId);
        const { version, status = 0 } = record?.value.order ?? {};
        const same =
          record?.subject === `orders/${event.orderId}` &&
          record.type === event.type &&
          record.sequence === event.version &&
          version === event.version &&
          `order.${wordOf(ordersV1.OrderStatus, status)}` === event.type;
        return same ? undefined : { event, onKafka: record ?? null };
      }),
      each(records.orders, ({ id, type, subject }) =>
        known.has(id) || refused.has(id) ? undefined : { onKafka: { id, type, subject }, event: null },
      ),
    );
  },
};
