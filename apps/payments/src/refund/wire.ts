import { enumOf, paymentsV1 } from '@halftone/contracts';
import { type Refund, type Refundable, refundable } from './refund';

export const subjectOf = (refund: Pick<Refund, 'id'>): string => `refunds/${refund.id}`;

/** The refund's protobuf form, for gRPC, Kafka and stored responses. `payment` is the payment after the refund. */
export const toWire = (refund: Refund, payment: Refundable): paymentsV1.Refund => ({
  id: refund.id,
  paymentId: refund.paymentId,
  orderId: refund.orderId ?? '',
  customer: refund.customer,
  status: enumOf(paymentsV1.RefundStatus, refund.status),
  amount: refund.amount,
  currency: refund.currency,
  reason: refund.reason,
  createdAt: refund.createdAt,
  refundable: refundable(payment, refund),
  by: refund.orderedBy ? enumOf(paymentsV1.RefundBy, refund.orderedBy) : paymentsV1.RefundBy.UNSPECIFIED,
  principal: refund.principal ?? '',
});
