import { paymentsV1 } from '@halftone/contracts';
import { isoTime, word } from '../http/words';

/** A pure function of the payment, so that a replayed answer has the bytes of the first one. */
export const paymentView = (payment: paymentsV1.Payment) => ({
  id: payment.id,
  status: word(paymentsV1.PaymentStatus, payment.status),
  amount: payment.amount,
  currency: payment.currency,
  orderId: payment.orderId || null,
  description: payment.description,
  reason: payment.reason || null,
  createdAt: isoTime(payment.createdAt),
});
