import { paymentsV1 } from '@halftone/contracts';
import { isoTime, word } from '../http/words';

/** A pure function of the payment, so that a replayed answer has the bytes of the first one. */
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

/** A pure function of the refund, so that a replayed answer has the bytes of the first one. */
export const refundView = (refund: paymentsV1.Refund) => ({
  id: refund.id,
  paymentId: refund.paymentId,
  orderId: refund.orderId || null,
  status: word(paymentsV1.RefundStatus, refund.status),
  amount: refund.amount,
  currency: refund.currency,
  reason: refund.reason || null,
  refundable: refund.refundable,
  createdAt: isoTime(refund.createdAt),
});
