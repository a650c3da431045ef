import { counter, exemplarHistogram, journeySeconds } from '@halftone/service';
import type { Order } from './order';
import { isFinal, type OrderStatus, statuses } from './status';

const placed = counter('orders_placed_total', 'Orders that were placed', { payment: ['wallet', 'bank'] });
const reached = counter('order_transitions_total', 'Times an order reached a status', { status: statuses });
const sagaSeconds = exemplarHistogram(
  'order_saga_seconds',
  'From the placing of an order to its end, by how it ended',
  ['outcome'],
  journeySeconds,
);

const timedOut = counter(
  'order_step_timeouts_total',
  'Orders that stayed in a status for longer than its limit; a refund that is overdue counts again each time the limit passes',
  { status: ['placed', 'payment_failed', 'paid', 'printing', 'refunding'] satisfies OrderStatus[] },
);

/** To be told of each change after its commit. */
export function countChange({ status, payment, createdAt }: Order, at: Date): void {
  if (status === 'placed') placed.inc({ payment });
  reached.inc({ status });
  if (isFinal(status)) sagaSeconds.observe({ outcome: status }, (at.getTime() - createdAt.getTime()) / 1_000);
}

export const countTimeout = (status: OrderStatus): void => timedOut.inc({ status });
