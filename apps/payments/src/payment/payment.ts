import { DomainError } from '@halftone/kernel';

/** Why no money moved; the words of the error table. */
export type DeclineReason = 'ACCOUNT_NOT_FOUND' | 'CURRENCY_UNSUPPORTED' | 'INSUFFICIENT_FUNDS';

/** What is to be paid to the shop. */
export interface Charge {
  id: string;
  customer: string;
  /** Null for a payment outside any order. */
  orderId: string | null;
  /** Minor units. */
  amount: number;
  currency: string;
  description: string;
}

/** Final from the start: a payment is captured or declined and never changes. */
export type Payment = Charge & { createdAt: Date } & (
    { status: 'captured' } | { status: 'declined'; reason: DeclineReason }
  );

/** What the decision needs to know of the payer's wallet. */
export interface Wallet {
  currency: string;
  /** Minor units. */
  balance: number;
}

/** Whether the wallet pays. Pure; the wallet must not change until the outcome is stored. */
export function decide(charge: Charge, wallet: Wallet | undefined, now: Date): Payment {
  const reason = declineReason(charge, wallet);
  return reason
    ? { ...charge, createdAt: now, status: 'declined', reason }
    : { ...charge, createdAt: now, status: 'captured' };
}

function declineReason({ amount, currency }: Charge, wallet: Wallet | undefined): DeclineReason | undefined {
  if (!wallet) return 'ACCOUNT_NOT_FOUND';
  if (wallet.currency !== currency) return 'CURRENCY_UNSUPPORTED';
  return wallet.balance < amount ? 'INSUFFICIENT_FUNDS' : undefined;
}

/** A customer who pays directly is told at once, by the reason as an error; only an order keeps a payment that was declined. */
export function insistOnCapture(payment: Payment): Payment {
  if (payment.status === 'captured') return payment;
  throw new DomainError(payment.reason, `${payment.customer} cannot pay ${payment.amount} ${payment.currency}`);
}
