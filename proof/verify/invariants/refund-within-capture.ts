import { all, each, groupBy, sumOf, type Invariant } from '../invariant.ts';

export const refundWithinCapture: Invariant = {
  name: 'refund-within-capture',
  says: 'Refunds never exceed their captured payment and have its customer, order and currency; the payment stores the sum of its completed refunds.',
  reads: ['payments', 'refunds'],
  shows: 'payment, refunds | refund, payment',
  settles: false,
  judge: ({ rows }) => {
    const refundsOf = groupBy(rows.refunds, ({ paymentId }) => paymentId);
    const payments = new Map(rows.payments.map((payment) => [payment.id, payment]));
    return all(
      each(rows.payments, (payment) => {
        const refunds = (refundsOf.get(payment.id) ?? []).filter(({ status }) => status !== 'failed');
        const completed = refunds.filter(({ status }) => status === 'completed');
        const within = sumOf(refunds) <= (payment.status === 'captured' ? payment.amount : 0);
        return within && sumOf(completed) === payment.refunded ? undefined : { payment, refunds };
      }),
      each(rows.refunds, (refund) => {
        const payment = payments.get(refund.paymentId) ?? null;
        const same =
          payment?.customer === refund.customer &&
          payment.orderId === refund.orderId &&
          payment.currency === refund.currency;
        return same ? undefined : { refund, payment };
      }),
    );
  },
};
