import { paymentsV1, wordsOf } from '@halftone/contracts';
import { fields, idSchema } from '@halftone/service';
import { z } from 'zod';
import { pageQuery } from '../http/page.http';
import { isoTime, word } from '../http/words';

const { amount, currency, description } = fields;

const method = z.enum(wordsOf(paymentsV1.PaymentMethod)).default('wallet');

const paymentFields = z.strictObject({
  orderId: idSchema.optional().describe('an order whose payment was declined; the order sets the amount'),
  amount: amount.optional(),
  currency: currency.optional(),
  description: description.default(''),
  method,
});

type Fields = z.infer<typeof paymentFields>;

const findings = ({ orderId, ...named }: Fields) =>
  (['amount', 'currency'] as const).flatMap((field) => {
    if (orderId === undefined && named[field] === undefined) return [{ field, message: 'is required without orderId' }];
    if (orderId !== undefined && named[field] !== undefined) return [{ field, message: 'is set by the order' }];
    return [];
  });

/** Either an order, which has a price, or an amount and currency. */
export const createPaymentBody = paymentFields
  .superRefine((body, context) => {
    for (const { field, message } of findings(body)) context.addIssue({ code: 'custom', path: [field], message });
  })
  .meta({ id: 'CreatePayment' });

export type CreatePaymentBody = z.infer<typeof createPaymentBody>;

export const paymentsQuery = pageQuery.extend({ order: idSchema.optional() });

export type PaymentsQuery = z.infer<typeof paymentsQuery>;

/** Without an amount, the refund covers the rest of the payment. */
export const createRefundBody = z
  .strictObject({ amount: amount.optional(), reason: description.default('') })
  .meta({ id: 'CreateRefund' });

export type CreateRefundBody = z.infer<typeof createRefundBody>;

/** Pure, so that a replayed answer has the bytes of the first one. */
export const paymentView = (payment: paymentsV1.Payment) => ({
  id: payment.id,
  status: word(paymentsV1.PaymentStatus, payment.status),
  method: word(paymentsV1.PaymentMethod, payment.method),
  amount: payment.amount,
  currency: payment.currency,
  refunded: payment.refunded,
  orderId: payment.orderId || null,
  description: payment.description,
  reason: payment.reason || null,
  createdAt: isoTime(payment.createdAt),
});

/** Pure, so that a replayed answer has the bytes of the first one. */
export const refundView = (refund: paymentsV1.Refund) => ({
  id: refund.id,
  paymentId: refund.paymentId,
  orderId: refund.orderId || null,
  status: word(paymentsV1.RefundStatus, refund.status),
  amount: refund.amount,
  currency: refund.currency,
  reason: refund.reason || null,
  refundable: refund.refundable,
  by: refund.by ? word(paymentsV1.RefundBy, refund.by) : null,
  createdAt: isoTime(refund.createdAt),
});
