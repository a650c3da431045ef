import { channelOf } from '@halftone/contracts';
import { all, each, groupBy, type Invariant } from '../invariant.ts';
import type { Records } from '../records.ts';

interface Told {
  id: string;
  type: string;
  subject: string;
  /** Everybody it concerns. */
  customers: string[];
}

function mustBeTold({ orders, payments, images }: Records): Told[] {
  const brief = ({ id, type, subject }: Omit<Told, 'customers'>, ...customers: (string | undefined)[]): Told => ({
    id,
    type,
    subject,
    customers: [...new Set(customers.filter((customer) => customer !== undefined))],
  });
  return [
    ...orders.map((event) => brief(event, event.value.order?.customer)),
    ...payments.map((event) =>
      brief(event, event.value.payment?.customer, event.value.transfer?.from, event.value.transfer?.to),
    ),
    ...images.map((event) => brief(event, event.value.image?.customer)),
  ];
}

/** Each event of orders, payments and images was told to each customer it concerns exactly once, and nothing else was told. */
export const toldOnce: Invariant = {
  name: 'told-once',
  settles: true,
  judge: ({ rows, records }) => {
    const events = mustBeTold(records);
    const told = groupBy(rows.notifications, ({ sourceEventId }) => sourceEventId);
    const published = new Set(events.map(({ id }) => id));
    return all(
      each(events, (event) => {
        const notifications = told.get(event.id) ?? [];
        const channels = new Set(notifications.map(({ channel }) => channel));
        const once =
          notifications.length === event.customers.length &&
          event.customers.every((name) => channels.has(channelOf(name)));
        const same = notifications.every(({ type, subject }) => type === event.type && subject === event.subject);
        return once && same ? undefined : { event, notifications };
      }),
      each(records.keptSince ? [] : rows.notifications, (notification) =>
        published.has(notification.sourceEventId) ? undefined : { notification, onKafka: null },
      ),
    );
  },
};
