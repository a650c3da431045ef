import { enumOf, paymentsV1, wordOf } from '@halftone/contracts';
import type { RefundRequest, RefundRequestStatus } from './refund-request';

/** Undefined, which matches every status, for an unspecified or unknown number. */
export const statusFromWire = (status: paymentsV1.RefundRequestStatus): RefundRequestStatus | undefined =>
  wordOf(paymentsV1.RefundRequestStatus, status);

export const subjectOf = ({ id }: Pick<RefundRequest, 'id'>): string => `refund-requests/${id}`;

/** The request's protobuf form, for gRPC, Kafka and stored responses. */
export const toWire = (request: RefundRequest): paymentsV1.RefundRequest => ({
  id: request.id,
  paymentId: request.paymentId,
  orderId: request.orderId ?? '',
  customer: request.customer,
  status: enumOf(paymentsV1.RefundRequestStatus, request.status),
  amount: request.amount,
  currency: request.currency,
  reason: request.reason,
  createdAt: request.createdAt,
  answer: request.status === 'refused' ? request.answer : '',
  refundId: request.status === 'approved' ? request.refundId : '',
  answeredAt: request.status === 'open' ? undefined : request.answeredAt,
});
