import { paymentsV1 } from '@halftone/contracts';
import type { Payment } from './payment';

const statuses: Readonly<Record<Payment['status'], paymentsV1.PaymentStatus>> = {
  captured: paymentsV1.PaymentStatus.CAPTURED,
  declined: paymentsV1.PaymentStatus.DECLINED,
};

export const subjectOf = (payment: Pick<Payment, 'id'>): string => `payments/${payment.id}`;

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
});
