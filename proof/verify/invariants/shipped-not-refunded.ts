import { each, type Invariant } from '../invariant.ts';
import { isUnrecorded } from './who-ordered.ts';

export const shippedNotRefunded: Invariant = {
  name: 'shipped-not-refunded',
  says: 'An order that is shipped has no refund but by an operator or the saga; a refund from before it was recorded who ordered it is not judged.',
  reads: ['orders', 'refunds', 'refundsRecorded'],
  shows: 'order, refund',
  settles: false,
  judge: ({ rows }) => {
    const shipped = new Map(rows.orders.filter(({ status }) => status === 'shipped').map((order) => [order.id, order]));
    return each(rows.refunds, (refund) => {
      const order = shipped.get(refund.orderId ?? '');
      if (!order || refund.status === 'failed') return undefined;
      const may = refund.orderedBy === 'operator' || refund.orderedBy === 'saga' || isUnrecorded(refund, rows);
      return may ? undefined : { order, refund };
    });
  },
};
