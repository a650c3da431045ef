import { each, type Invariant } from '../invariant.ts';
import type { OrderRow } from '../row.ts';

const ends = new Set(['shipped', 'cancelled', 'refunded']);

const mayWait = ({ status, dueAt }: OrderRow, now: Date | undefined): boolean =>
  status === 'payment_failed' && dueAt !== null && now !== undefined && dueAt > now;

export const orderFinal: Invariant = {
  name: 'order-final',
  says: 'Every accepted order reaches a final state; an order whose payment failed may wait for another payment until its time limit.',
  reads: ['orders', 'clock'],
  shows: 'order',
  settles: true,
  judge: ({ rows }) =>
    each(rows.orders, (order) =>
      ends.has(order.status) || mayWait(order, rows.clock[0]?.now) ? undefined : { order },
    ),
};
