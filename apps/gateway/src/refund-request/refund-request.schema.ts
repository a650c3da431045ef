import { limits, paymentsV1, wordsOf } from '@halftone/contracts';
import { fields } from '@halftone/service';
import { z } from 'zod';
import { pageQuery } from '../http/page.http';
import { isoTime, word } from '../http/words';

const reason = z.string().trim().min(1).max(limits.descriptionLength.value);

/** Without an amount, the request covers the rest of the payment. */
export const requestRefundBody = z
  .strictObject({ amount: fields.amount.optional(), reason })
  .meta({ id: 'RequestRefund' });

export type RequestRefundBody = z.infer<typeof requestRefundBody>;

/** A refusal needs a reason, which the customer sees. */
export const answerBody = z
  .discriminatedUnion('answer', [
    z.strictObject({ answer: z.literal('approve') }),
    z.strictObject({ answer: z.literal('refuse'), reason }),
  ])
  .meta({ id: 'AnswerRefundRequest' });

export type AnswerBody = z.infer<typeof answerBody>;

const status = z.enum(wordsOf(paymentsV1.RefundRequestStatus));

export const requestsQuery = pageQuery.extend({ status: status.optional() });

export type RequestsQuery = z.infer<typeof requestsQuery>;

/** Pure, so that a replayed answer has the bytes of the first one. */
export const refundRequestView = (request: paymentsV1.RefundRequest) => ({
  id: request.id,
  paymentId: request.paymentId,
  orderId: request.orderId || null,
  customer: request.customer,
  status: word(paymentsV1.RefundRequestStatus, request.status),
  amount: request.amount || null,
  currency: request.currency,
  reason: request.reason,
  answer: request.answer || null,
  refundId: request.refundId || null,
  createdAt: isoTime(request.createdAt),
  answeredAt: request.answeredAt ? isoTime(request.answeredAt) : null,
});
