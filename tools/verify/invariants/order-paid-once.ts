import { all, each, groupBy, type Invariant } from '../invariant.ts';
import type { OrderRow, PaymentRow } from '../rows.ts';

/** Which payment an order in this final state must have. */
const paymentStatusOf: Readonly<Record<string, string>> = { shipped: 'captured', cancelled: 'declined' };

function mismatch(order: OrderRow, payment: PaymentRow): boolean {
  const status = paymentStatusOf[order.status];
  return (
    payment.amount !== order.total ||
    payment.currency !== order.currency ||
    payment.customer !== order.customer ||
    (status !== undefined && payment.status !== status)
  );
}

/** Every accepted order has exactly one payment, of its amount and outcome; every payment for an order has its order. */
export const orderPaidOnce: Invariant = {
  name: 'order-paid-once',
  settles: true,
  judge: ({ rows }) => {
    const payments = groupBy(rows.payments, ({ orderId }) => orderId);
    const orders = new Set(rows.orders.map(({ id }) => id));
    return all(
      each(rows.orders, (order) => {
        const [payment, ...more] = payments.get(order.id) ?? [];
        if (payment && more.length === 0 && !mismatch(order, payment)) return undefined;
        return { order, payments: payments.get(order.id) ?? [] };
      }),
      each(rows.payments, (payment) =>
        payment.orderId === null || orders.has(payment.orderId) ? undefined : { payment, order: null },
      ),
    );
  },
};
