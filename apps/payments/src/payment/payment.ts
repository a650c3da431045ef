import { DomainError } from '@halftone/kernel';

export type PaymentMethod = 'wallet' | 'bank';

/** Why no money moved; the words of the error table. */
export type DeclineReason =
  'ACCOUNT_NOT_FOUND' | 'CURRENCY_UNSUPPORTED' | 'INSUFFICIENT_FUNDS' | 'BANK_REFUSED' | 'BANK_UNAVAILABLE';

/** What is to be paid to the shop. */
export interface Charge {
  id: string;
  customer: string;
  /** Null for a payment outside any order. */
  orderId: string | null;
  method: PaymentMethod;
  /** Minor units. */
  amount: number;
  currency: string;
  description: string;
}

/** Given back so far, in minor units; the refunds that are completed. */
type Facts = Charge & { createdAt: Date; refunded: number };

export type PendingPayment = Facts & { status: 'pending' };
export type SettledPayment = Facts & ({ status: 'captured' } | { status: 'declined'; reason: DeclineReason });

/**
 * A payment from the wallet is captured or declined from the start, one from the bank is pending until the bank's answer is known. Neither
 * changes after that but in what was given back of it.
 */
export type Payment = PendingPayment | SettledPayment;

/** What the decision needs to know of the payer's wallet. */
export interface Wallet {
  currency: string;
  /** Minor units. */
  balance: number;
}

/** What the decision needs to know of the bank's answer. */
export type BankAnswer = { state: 'booked' } | { state: 'refused'; code: string };

/** The bank's words in ours. */
const reasons: Readonly<Record<string, DeclineReason>> = {
  INSUFFICIENT_FUNDS: 'INSUFFICIENT_FUNDS',
  ACCOUNT_UNKNOWN: 'ACCOUNT_NOT_FOUND',
  CURRENCY_UNSUPPORTED: 'CURRENCY_UNSUPPORTED',
  BANK_UNAVAILABLE: 'BANK_UNAVAILABLE',
};

/** Whether the wallet pays. Pure; the wallet must not change until the outcome is stored. */
export function decide(charge: Charge, wallet: Wallet | undefined, now: Date): SettledPayment {
  const reason = declineReason(charge, wallet);
  const facts = factsOf(charge, now);
  return reason ? declined(facts, reason) : captured(facts);
}

/** Whether the bank is asked at all: not for what is in another currency than the shop's. */
export function open(charge: Charge, currency: string, now: Date): Payment {
  const facts = factsOf(charge, now);
  return charge.currency === currency ? { ...facts, status: 'pending' } : declined(facts, 'CURRENCY_UNSUPPORTED');
}

/** What the bank's answer makes of a pending payment. */
export function settle(pending: PendingPayment, answer: BankAnswer): SettledPayment {
  return answer.state === 'booked' ? captured(pending) : declined(pending, reasons[answer.code] ?? 'BANK_REFUSED');
}

function declineReason({ amount, currency }: Charge, wallet: Wallet | undefined): DeclineReason | undefined {
  if (!wallet) return 'ACCOUNT_NOT_FOUND';
  if (wallet.currency !== currency) return 'CURRENCY_UNSUPPORTED';
  return wallet.balance < amount ? 'INSUFFICIENT_FUNDS' : undefined;
}

const factsOf = (charge: Charge, createdAt: Date): Facts => ({ ...charge, createdAt, refunded: 0 });
const captured = (facts: Facts): SettledPayment => ({ ...facts, status: 'captured' });
const declined = (facts: Facts, reason: DeclineReason): SettledPayment => ({ ...facts, status: 'declined', reason });

/** The payment of an order that may be tried again; throws why it may not. `payments` are all of the order, oldest first. */
export function retriable(orderId: string, payments: readonly Payment[]): Payment {
  const last = payments.at(-1);
  if (!last) throw new DomainError('ORDER_NOT_FOUND', `no payment of an order ${orderId}`);
  if (payments.some(({ status }) => status === 'captured'))
    throw new DomainError('ORDER_NOT_PAYABLE', `order ${orderId} is paid`);
  if (payments.some(({ status }) => status === 'pending'))
    throw new DomainError('PAYMENT_IN_PROGRESS', `a payment of order ${orderId} has not ended`);
  return last;
}

/** Why a declined payment was, as the caller of a direct payment is told it. */
export const refusalOf = ({ customer, amount, currency }: Charge, reason: DeclineReason): DomainError =>
  new DomainError(reason, `${customer} cannot pay ${amount} ${currency}`);

/** A customer who pays directly is told at once, by the reason as an error; only an order keeps a payment that was declined. */
export function insistOnCapture<P extends Payment>(payment: P): P {
  if (payment.status === 'declined') throw refusalOf(payment, payment.reason);
  return payment;
}
