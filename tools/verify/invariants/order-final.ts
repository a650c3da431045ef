import { each, type Invariant } from '../invariant.ts';

const finalStates = new Set(['shipped', 'cancelled']);

/** Every accepted order gets to an end. */
export const orderFinal: Invariant = {
  name: 'order-final',
  settles: true,
  judge: ({ rows }) => each(rows.orders, (order) => (finalStates.has(order.status) ? undefined : { order })),
};
