import { all, each, groupBy, type Invariant } from '../invariant.ts';
import type { OrderRow, PaymentRow } from '../row.ts';

/** How many captured payments an order in this state has. */
const capturesIn: Readonly<Record<string, number>> = {
  payment_failed: 0,
  cancelled: 0,
  paid: 1,
  printing: 1,
  shipped: 1,
  refunding: 1,
  refunded: 1,
};

const isOf = (payment: PaymentRow, { total, currency, customer }: OrderRow): boolean =>
  payment.amount === total && payment.currency === currency && payment.customer === customer;

/** A captured payment by the bank is one debit that the bank has booked. */
const isDebited = ({ method, id }: PaymentRow, debits: ReadonlyMap<string, unknown[]>): boolean =>
  (debits.get(`ht-d-${id}`)?.length ?? 0) === (method === 'bank' ? 1 : 0);

function isPaidRight(
  order: OrderRow,
  payments: readonly PaymentRow[],
  debits: ReadonlyMap<string, unknown[]>,
): boolean {
  const captured = payments.filter(({ status }) => status === 'captured');
  return (
    payments.length > 0 &&
    payments.every((payment) => isOf(payment, order)) &&
    captured.length === (capturesIn[order.status] ?? captured.length) &&
    captured.every((payment) => isDebited(payment, debits)) &&
    (order.status !== 'refunded' || captured.every(({ amount, refunded }) => amount === refunded))
  );
}

export const orderPaidOnce: Invariant = {
  name: 'order-paid-once',
  says: 'A paid order has exactly one captured payment, of its amount, and if paid by the bank exactly one debit. A failed or cancelled order has none; a refunded one got everything back. Every payment for an order has its order.',
  reads: ['orders', 'payments', 'bankTransactions'],
  shows: 'order, payments | payment, order',
  settles: true,
  judge: ({ rows }) => {
    const paymentsOf = groupBy(rows.payments, ({ orderId }) => orderId);
    const booked = rows.bankTransactions.filter(({ state }) => state === 'booked');
    const debits = groupBy(booked, ({ reference }) => reference);
    const orders = new Set(rows.orders.map(({ id }) => id));
    return all(
      each(rows.orders, (order) => {
        const payments = paymentsOf.get(order.id) ?? [];
        return isPaidRight(order, payments, debits) ? undefined : { order, payments };
      }),
      each(rows.payments, (payment) =>
        payment.orderId === null || orders.has(payment.orderId) ? undefined : { payment, order: null },
      ),
    );
  },
};
