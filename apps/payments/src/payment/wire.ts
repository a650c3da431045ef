import { paymentsV1 } from '@halftone/contracts';
import type { Payment, PaymentMethod } from './payment';

const statuses: Readonly<Record<Payment['status'], paymentsV1.PaymentStatus>> = {
  pending: paymentsV1.PaymentStatus.PENDING,
  captured: paymentsV1.PaymentStatus.CAPTURED,
  declined: paymentsV1.PaymentStatus.DECLINED,
};

const methods: Readonly<Record<PaymentMethod, paymentsV1.PaymentMethod>> = {
  wallet: paymentsV1.PaymentMethod.WALLET,
  bank: paymentsV1.PaymentMethod.BANK,
};

export const subjectOf = (payment: Pick<Payment, 'id'>): string => `payments/${payment.id}`;

/** Who says nothing pays from the wallet. */
export const methodFromWire = (method: paymentsV1.PaymentMethod): PaymentMethod =>
  method === paymentsV1.PaymentMethod.BANK ? 'bank' : 'wallet';

/** The payment as gRPC, Kafka and the stored response of a call carry it. */
export const toWire = (payment: Payment): paymentsV1.Payment => ({
  id: payment.id,
  customer: payment.customer,
  orderId: payment.orderId ?? '',
  status: statuses[payment.status],
  amount: payment.amount,
  currency: payment.currency,
  description: payment.description,
  createdAt: payment.createdAt,
  reason: payment.status === 'declined' ? payment.reason : '',
  method: methods[payment.method],
  refunded: payment.refunded,
});
