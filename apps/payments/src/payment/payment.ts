import { assertPermitted, DomainError } from '@halftone/kernel';

export type PaymentMethod = 'wallet' | 'bank';

/** Why no money moved; the codes are in the error table. */
export type DeclineReason =
  'ACCOUNT_NOT_FOUND' | 'CURRENCY_UNSUPPORTED' | 'INSUFFICIENT_FUNDS' | 'BANK_REFUSED' | 'BANK_UNAVAILABLE';

/** A request to pay the shop. */
export interface Charge {
  id: string;
  customer: string;
  /** Null for a payment without an order. */
  orderId: string | null;
  method: PaymentMethod;
  /** Minor units. */
  amount: number;
  currency: string;
  description: string;
}

/** `refunded` is the sum of completed refunds, in minor units. */
type Details = Charge & { createdAt: Date; refunded: number };

export type PendingPayment = Details & { status: 'pending' };
export type SettledPayment = Details & ({ status: 'captured' } | { status: 'declined'; reason: DeclineReason });

/**
 * A wallet payment is captured or declined from the start; a bank payment is pending until the bank's answer is known.
 * After that only `refunded` changes.
 */
export type Payment = PendingPayment | SettledPayment;

/** The facts of the payer's wallet that the decision uses. */
export interface Wallet {
  currency: string;
  /** Minor units. */
  balance: number;
}

/** The part of the bank's answer that the decision uses. */
export type BankAnswer = { state: 'booked' } | { state: 'refused'; code: string };

/** The decline reason for each code of the bank. */
const reasons: Readonly<Record<string, DeclineReason>> = {
  INSUFFICIENT_FUNDS: 'INSUFFICIENT_FUNDS',
  ACCOUNT_UNKNOWN: 'ACCOUNT_NOT_FOUND',
  CURRENCY_UNSUPPORTED: 'CURRENCY_UNSUPPORTED',
  BANK_UNAVAILABLE: 'BANK_UNAVAILABLE',
};

/** Decides a wallet payment. Pure; the wallet must not change until the outcome is stored. */
export function decide(charge: Charge, wallet: Wallet | undefined, now: Date): SettledPayment {
  const reason = declineReason(charge, wallet);
  const details = detailsOf(charge, now);
  return reason ? declined(details, reason) : captured(details);
}

/** Opens a bank payment: pending, or declined immediately in another currency than the shop's. */
export function open(charge: Charge, currency: string, now: Date): Payment {
  const details = detailsOf(charge, now);
  return charge.currency === currency ? { ...details, status: 'pending' } : declined(details, 'CURRENCY_UNSUPPORTED');
}

/** Settles a pending payment by the bank's answer. */
export function settle(pending: PendingPayment, answer: BankAnswer): SettledPayment {
  return answer.state === 'booked' ? captured(pending) : declined(pending, reasons[answer.code] ?? 'BANK_REFUSED');
}

function declineReason({ amount, currency }: Charge, wallet: Wallet | undefined): DeclineReason | undefined {
  if (!wallet) return 'ACCOUNT_NOT_FOUND';
  if (wallet.currency !== currency) return 'CURRENCY_UNSUPPORTED';
  return wallet.balance < amount ? 'INSUFFICIENT_FUNDS' : undefined;
}

const detailsOf = (charge: Charge, createdAt: Date): Details => ({ ...charge, createdAt, refunded: 0 });
const captured = (details: Details): SettledPayment => ({ ...details, status: 'captured' });
const declined = (details: Details, reason: DeclineReason): SettledPayment => ({
  ...details,
  status: 'declined',
  reason,
});

/** The declined payment to retry; throws if the order cannot be paid. `payments` are all of the order, oldest first. */
export function paymentToRetry(orderId: string, payments: readonly Payment[]): Payment {
  const last = payments.at(-1);
  if (!last) throw new DomainError('ORDER_NOT_FOUND', `no payment of an order ${orderId}`);
  if (payments.some(({ status }) => status === 'captured'))
    assertPermitted(
      'payments.CreatePayment',
      { caller: 'owner', state: 'an order that is paid' },
      `order ${orderId} is paid`,
    );
  if (payments.some(({ status }) => status === 'pending'))
    throw new DomainError('PAYMENT_IN_PROGRESS', `a payment of order ${orderId} is pending`);
  return last;
}

/** The error for the caller of a declined payment. */
export const refusalOf = ({ customer, amount, currency }: Charge, reason: DeclineReason): DomainError =>
  new DomainError(reason, `${customer} cannot pay ${amount} ${currency}`);

/** Throws the reason of a declined payment: only an order keeps declined payments, a direct payment fails. */
export function assertCaptured<P extends Payment>(payment: P): P {
  if (payment.status === 'declined') throw refusalOf(payment, payment.reason);
  return payment;
}
