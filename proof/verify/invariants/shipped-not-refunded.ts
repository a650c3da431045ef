import { each, type Invariant } from '../invariant.ts';
import { isUnrecorded } from './who-ordered.ts';

export const shippedNotRefunded: Invariant = {
  name: 'shipped-not-refunded',
  says: 'A shipped order has no refund except by an operator or the saga; older refunds, which do not record who ordered them, are not checked.',
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
