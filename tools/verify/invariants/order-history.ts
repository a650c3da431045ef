import { each, groupBy, type Invariant } from '../invariant.ts';

/** The two lives an order may have, up to where it is now. */
const lives = [
  ['order.placed', 'order.paid', 'order.printing', 'order.shipped'],
  ['order.placed', 'order.cancelled'],
];

const isLife = (types: readonly string[]): boolean =>
  lives.some((life) => types.length <= life.length && types.every((type, index) => type === life[index]));

/** An order's events have versions 1..n without gap and tell a legal life, and its state is what the last one says. */
export const orderHistory: Invariant = {
  name: 'order-history',
  settles: false,
  judge: ({ rows }) => {
    const eventsOf = groupBy(rows.orderEvents, ({ orderId }) => orderId);
    return each(rows.orders, (order) => {
      const events = eventsOf.get(order.id) ?? [];
      const gapless = events.every(({ version }, index) => version === index + 1) && events.length === order.version;
      const types = events.map(({ type }) => type);
      if (gapless && types.length > 0 && isLife(types) && types.at(-1) === `order.${order.status}`) return undefined;
      return { order, history: events.map(({ version, type }) => ({ version, type })) };
    });
  },
};
