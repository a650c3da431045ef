import { type CustomerAccount, SHOP } from '../account/account';
import { BankRefusal, type RefusalCode } from './refusal';

export type Kind = 'debit' | 'credit';
export type BookingState = 'booked' | 'refused';

/** Money to move from a customer's account to the shop's (debit) or back (credit). */
export interface Movement {
  kind: Kind;
  /** The client's id of this movement. */
  reference: string;
  /** The customer's account. */
  account: string;
  /** Minor units. */
  amount: number;
  currency: string;
  description: string;
}

export type Transaction = Movement & { id: string; bookedAt: Date } & (
    { state: 'booked' } | { state: 'refused'; refusal: RefusalCode }
  );

const MAX_AMOUNT = 10 ** 12;

const reference = /^[\w.-]{1,64}$/;

/** Throws BankRefusal for an invalid movement, which is not stored. */
export function assertValid(movement: Movement): void {
  if (!reference.test(movement.reference)) throw new BankRefusal('REFERENCE_INVALID');
  const { amount } = movement;
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > MAX_AMOUNT) throw new BankRefusal('AMOUNT_INVALID');
}

/** Decides whether to book a movement. Pure; the customer's account must be locked until the result is stored. */
export function decide(movement: Movement, customer: CustomerAccount | undefined, id: string, now: Date): Transaction {
  const refusal = refusalOf(movement, customer);
  const facts = { ...movement, id, bookedAt: now };
  return refusal ? { ...facts, state: 'refused', refusal } : { ...facts, state: 'booked' };
}

function refusalOf(
  { kind, account, amount, currency }: Movement,
  customer: CustomerAccount | undefined,
): RefusalCode | undefined {
  if (!customer || account === SHOP) return 'ACCOUNT_UNKNOWN';
  if (customer.currency !== currency) return 'CURRENCY_UNSUPPORTED';
  const available = kind === 'debit' ? customer.balance : customer.given;
  return available < amount ? 'INSUFFICIENT_FUNDS' : undefined;
}

/** Whether a repeated request moves the same money. */
export const isSame = (known: Transaction, movement: Movement): boolean =>
  known.kind === movement.kind &&
  known.account === movement.account &&
  known.amount === movement.amount &&
  known.currency === movement.currency;
