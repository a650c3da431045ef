import { assertPermitted, DomainError } from '@halftone/kernel';

export interface RefundCommand {
  id: string;
  /** Minor units; 0 means the remainder. */
  amount: number;
  /** The reason in the requester's words. */
  reason: string;
  /** Null for an old refund without this record. */
  orderedBy: 'owner' | 'operator' | 'saga' | null;
  /** The customer or operator; null for the saga. */
  principal: string | null;
  /** The key of the request that this refund answers; null while there is none. */
  requestKey: string | null;
}

/**
 * A refund returns money the way it was paid: to the wallet immediately, to the bank account when the bank has booked it.
 * A refund that the bank refuses is `failed`: the shop still owes the money, and an operator must act.
 */
export interface Refund extends RefundCommand {
  paymentId: string;
  orderId: string | null;
  customer: string;
  currency: string;
  status: 'pending' | 'completed' | 'failed';
  createdAt: Date;
}

/** The facts of the payment that the decision uses. */
export interface Refundable {
  id: string;
  orderId: string | null;
  customer: string;
  method: 'wallet' | 'bank';
  status: string;
  /** Minor units. */
  amount: number;
  currency: string;
  /** The sum of completed refunds, in minor units. */
  refunded: number;
}

/**
 * Decides a refund. Pure; `reserved` is the sum of completed and pending refunds, and must not grow until this one is stored.
 * Throws VALIDATION_FAILED, PAYMENT_NOT_CAPTURED, REFUND_EXCEEDS_CAPTURE or REFUND_NOT_WHOLE.
 */
export function decide(command: RefundCommand, payment: Refundable, reserved: number, now: Date): Refund {
  if (payment.status !== 'captured')
    throw new DomainError('PAYMENT_NOT_CAPTURED', `payment ${payment.id} is ${payment.status}`);
  const left = payment.amount - reserved;
  const amount = validAmountOrZero(command.amount) || left;
  if (command.orderedBy === 'owner' && payment.orderId !== null && amount < left) {
    const why = `an order is refunded whole: leave the amount out, or create a refund request for a part of ${payment.id}`;
    assertPermitted('payments.CreateRefund', { caller: 'owner', state: 'part of an order' }, why);
  }
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

/** The sum of a payment's completed and pending refunds. */
export const reservedBy = (refunds: readonly Refund[]): number =>
  refunds.filter(({ status }) => status !== 'failed').reduce((sum, { amount }) => sum + amount, 0);

/** The saga's refund that matches an owner's request; it answers at most one request. */
export const refundedBySaga = (refunds: readonly Refund[], amount: number): Refund | undefined =>
  refunds.find(
    (refund) =>
      refund.orderedBy === 'saga' &&
      refund.requestKey === null &&
      refund.status !== 'failed' &&
      (amount === 0 || amount === refund.amount),
  );

/** Settles a pending refund by the bank's answer. */
export const settle = (refund: Refund, answer: { state: 'booked' | 'refused' }): Refund => ({
  ...refund,
  status: answer.state === 'booked' ? 'completed' : 'failed',
});

/** The payment after a completed refund. */
export const refundedBy = <P extends Refundable>(payment: P, { amount }: Refund): P => ({
  ...payment,
  refunded: payment.refunded + amount,
});

/** The remainder after this refund. `payment` is the current one; it does not include a pending refund. */
export const refundable = ({ amount, refunded }: Refundable, refund: Refund): number =>
  amount - refunded - (refund.status === 'pending' ? refund.amount : 0);

export const refusalOf = ({ id }: Refund): DomainError =>
  new DomainError('BANK_REFUSED', `the bank refused refund ${id}`);

function validAmountOrZero(amount: number): number {
  if (Number.isInteger(amount) && amount >= 0) return amount;
  const message = 'must be a whole number, or be left out for the remainder';
  throw new DomainError('VALIDATION_FAILED', `amount: ${message}`, [{ path: 'amount', message }]);
}
