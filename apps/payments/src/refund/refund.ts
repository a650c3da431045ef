import { DomainError } from '@halftone/kernel';

export interface RefundCommand {
  id: string;
  /** Minor units; 0 means all that is left. */
  amount: number;
  /** Why, in the words of whoever asked. */
  reason: string;
}

/**
 * Money that goes back the way it came: to the wallet at once, to the bank account when the bank has booked it. A refund that the bank
 * refuses is `failed`: the money is the customer's claim, and an operator has to look.
 */
export interface Refund extends RefundCommand {
  paymentId: string;
  orderId: string | null;
  customer: string;
  currency: string;
  status: 'pending' | 'completed' | 'failed';
  createdAt: Date;
}

/** What the decision needs to know of the payment. */
export interface Refundable {
  id: string;
  orderId: string | null;
  customer: string;
  method: 'wallet' | 'bank';
  status: string;
  /** Minor units. */
  amount: number;
  currency: string;
  /** Minor units that were given back so far. */
  refunded: number;
}

/**
 * Pure; `promised` is what the refunds so far take of the payment, those that are pending included; it must not grow until this one is
 * stored. Throws VALIDATION_FAILED, PAYMENT_NOT_CAPTURED or REFUND_EXCEEDS_CAPTURE.
 */
export function decide(command: RefundCommand, payment: Refundable, promised: number, now: Date): Refund {
  if (payment.status !== 'captured')
    throw new DomainError('PAYMENT_NOT_CAPTURED', `payment ${payment.id} is ${payment.status}`);
  const left = payment.amount - promised;
  const amount = askedAmount(command.amount) || left;
  if (left === 0 || amount > left)
    throw new DomainError('REFUND_EXCEEDS_CAPTURE', `payment ${payment.id} has ${left} ${payment.currency} left`);
  return {
    ...command,
    amount,
    paymentId: payment.id,
    orderId: payment.orderId,
    customer: payment.customer,
    currency: payment.currency,
    status: payment.method === 'bank' ? 'pending' : 'completed',
    createdAt: now,
  };
}

/** What the bank's answer makes of a pending refund. */
export const settle = (refund: Refund, answer: { state: 'booked' | 'refused' }): Refund => ({
  ...refund,
  status: answer.state === 'booked' ? 'completed' : 'failed',
});

/** The payment after a refund of it that is completed. */
export const refundedBy = <P extends Refundable>(payment: P, { amount }: Refund): P => ({
  ...payment,
  refunded: payment.refunded + amount,
});

/** What has not been given back yet, after this refund, of the payment as it is now. */
export const refundable = ({ amount, refunded }: Refundable, refund: Refund): number =>
  amount - refunded - (refund.status === 'pending' ? refund.amount : 0);

export const refusalOf = ({ id }: Refund): DomainError =>
  new DomainError('BANK_REFUSED', `the bank refused refund ${id}`);

/** Who asks for a refund is told by an error that it failed. */
export function insistOnCompletion(refund: Refund): Refund {
  if (refund.status === 'failed') throw refusalOf(refund);
  return refund;
}

function askedAmount(amount: number): number {
  if (Number.isInteger(amount) && amount >= 0) return amount;
  const message = 'must be a whole number, or be left out for all that is left';
  throw new DomainError('VALIDATION_FAILED', `amount: ${message}`, [{ path: 'amount', message }]);
}
