import { paymentsV1 } from '@halftone/contracts';
import { type Refund, type Refundable, refundable } from './refund';

const statuses: Readonly<Record<Refund['status'], paymentsV1.RefundStatus>> = {
  pending: paymentsV1.RefundStatus.PENDING,
  completed: paymentsV1.RefundStatus.COMPLETED,
  failed: paymentsV1.RefundStatus.FAILED,
};

export const subjectOf = (refund: Pick<Refund, 'id'>): string => `refunds/${refund.id}`;

/** The refund as gRPC, Kafka and the stored response of a call carry it; `payment` as it is after it. */
export const toWire = (refund: Refund, payment: Refundable): paymentsV1.Refund => ({
  id: refund.id,
  paymentId: refund.paymentId,
  orderId: refund.orderId ?? '',
  customer: refund.customer,
  status: statuses[refund.status],
  amount: refund.amount,
  currency: refund.currency,
  reason: refund.reason,
  createdAt: refund.createdAt,
  refundable: refundable(payment, refund),
});
