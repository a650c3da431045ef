import { counter, exemplarHistogram, journeySeconds } from '@halftone/service';
import { isFinal, type Order, statuses } from './order';

const placed = counter('orders_placed_total', 'Orders that were placed', { payment: ['wallet'] });
const reached = counter('order_transitions_total', 'Times an order reached a status', { status: statuses });
const sagaSeconds = exemplarHistogram(
  'order_saga_seconds',
  'From the placing of an order to its end, by how it ended',
  ['outcome'],
  journeySeconds,
);

/** To be told of each change after its commit. */
export function countChange({ status, payment, createdAt }: Order, at: Date): void {
  if (status === 'placed') placed.inc({ payment });
  reached.inc({ status });
  if (isFinal(status)) sagaSeconds.observe({ outcome: status }, (at.getTime() - createdAt.getTime()) / 1_000);
}
