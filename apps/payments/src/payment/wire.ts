import { enumOf, paymentsV1, wordOf } from '@halftone/contracts';
import type { Payment, PaymentMethod } from './payment';

export const subjectOf = (payment: Pick<Payment, 'id'>): string => `payments/${payment.id}`;

/** An unspecified method is the wallet. */
export const methodFromWire = (method: paymentsV1.PaymentMethod): PaymentMethod =>
  wordOf(paymentsV1.PaymentMethod, method) ?? 'wallet';

/** The payment's protobuf form, for gRPC, Kafka and stored responses. */
export const toWire = (payment: Payment): paymentsV1.Payment => ({
  id: payment.id,
  customer: payment.customer,
  orderId: payment.orderId ?? '',
  status: enumOf(paymentsV1.PaymentStatus, payment.status),
  amount: payment.amount,
  currency: payment.currency,
  description: payment.description,
  createdAt: payment.createdAt,
  reason: payment.status === 'declined' ? payment.reason : '',
  method: enumOf(paymentsV1.PaymentMethod, payment.method),
  refunded: payment.refunded,
});
