import { each, groupBy, type Invariant } from '../invariant.ts';

/** The legal transitions, independent of the service on purpose. */
const next: Readonly<Record<string, readonly string[]>> = {
  'order.placed': ['order.paid', 'order.payment_failed', 'order.cancelled'],
  'order.payment_failed': ['order.paid', 'order.cancelled'],
  'order.paid': ['order.printing', 'order.refunding', 'order.refunded'],
  'order.printing': ['order.shipped', 'order.refunding', 'order.refunded'],
  'order.cancelled': ['order.refunding'],
  'order.refunding': ['order.refunded'],
};

const isLife = (types: readonly string[]): boolean =>
  types[0] === 'order.placed' &&
  types.slice(1).every((type, index) => next[types[index] ?? '']?.includes(type) ?? false);

export const orderHistory: Invariant = {
  name: 'order-history',
  says: "An order's events have versions 1..n without gaps and follow legal transitions; its state is that of the last event.",
  reads: ['orders', 'orderEvents'],
  shows: 'order, history [{version, type}]',
  settles: false,
  judge: ({ rows }) => {
    const eventsOf = groupBy(rows.orderEvents, ({ orderId }) => orderId);
    return each(rows.orders, (order) => {
      const events = eventsOf.get(order.id) ?? [];
      const gapless = events.every(({ version }, index) => version === index + 1) && events.length === order.version;
      const types = events.map(({ type }) => type);
      if (gapless && isLife(types) && types.at(-1) === `order.${order.status}`) return undefined;
      return { order, history: events.map(({ version, type }) => ({ version, type })) };
    });
  },
};
