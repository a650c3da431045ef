import type { Selectable } from 'kysely';
import type { PaymentsTables } from '../tables';
import type { DeclineReason, Payment } from './payment';

type Row = Selectable<PaymentsTables['payment']>;

export const toRow = (payment: Payment, transactionId: string | undefined): Row => ({
  id: payment.id,
  customer: payment.customer,
  order_id: payment.orderId,
  method: payment.method,
  status: payment.status,
  amount: payment.amount,
  currency: payment.currency,
  description: payment.description,
  reason: payment.status === 'declined' ? payment.reason : null,
  refunded: payment.refunded,
  transaction_id: transactionId ?? null,
  created_at: payment.createdAt,
});

export function toPayment(row: Row): Payment {
  const { id, customer, method, status, amount, currency, description, refunded } = row;
  const charge = { id, customer, orderId: row.order_id, method, amount, currency, description };
  const facts = { ...charge, refunded, createdAt: row.created_at };
  // The table refuses a declined payment without a reason, and only `toRow` writes one.
  return status === 'declined' ? { ...facts, status, reason: row.reason as DeclineReason } : { ...facts, status };
}
