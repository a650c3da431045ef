import { counter, exemplarHistogram, endToEndBuckets } from '@halftone/service';
import type { Order } from './order';
import { isFinal, type OrderStatus, statuses } from './status';

const placed = counter('orders_placed_total', 'Orders placed', { payment: ['wallet', 'bank'] });
const reached = counter('order_transitions_total', 'Times an order reached a status', { status: statuses });
const sagaSeconds = exemplarHistogram(
  'order_saga_duration_seconds',
  'Seconds from placing an order to its final status, by outcome',
  ['outcome'],
  endToEndBuckets,
);

const timedOut = counter(
  'order_step_timeouts_total',
  'Orders that exceeded the time limit of a status; an overdue refund counts again each time the limit passes',
  { status: ['placed', 'payment_failed', 'paid', 'printing', 'refunding'] satisfies OrderStatus[] },
);

/** Call after the commit of each change. */
export function countChange({ status, payment, createdAt }: Order, at: Date): void {
  if (status === 'placed') placed.inc({ payment });
  reached.inc({ status });
  if (isFinal(status)) sagaSeconds.observe({ outcome: status }, (at.getTime() - createdAt.getTime()) / 1_000);
}

export const countTimeout = (status: OrderStatus): void => timedOut.inc({ status });
