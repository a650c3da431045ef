import { BankRefusal, type RefusalCode } from './refusal';

export type Kind = 'debit' | 'credit';
export type BookingState = 'booked' | 'refused';

/** Money that is to go from a customer's account to the shop's (debit) or back (credit). */
export interface Movement {
  kind: Kind;
  /** The client's name for this movement. */
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

export interface Account {
  id: string;
  currency: string;
  /** Minor units. */
  balance: number;
}

/** Whom all the money comes from and goes to. */
export const SHOP = 'halftone';

export const MAX_AMOUNT = 10 ** 12;

const reference = /^[\w.-]{1,64}$/;

/** Refuses what can never be a transaction; nothing of it is kept. */
export function insistOnForm(movement: Movement): void {
  if (!reference.test(movement.reference)) throw new BankRefusal('REFERENCE_INVALID');
  const { amount } = movement;
  if (!Number.isSafeInteger(amount) || amount < 1 || amount > MAX_AMOUNT) throw new BankRefusal('AMOUNT_INVALID');
}

/** What becomes of a movement. Pure; the accounts must not change until it is stored. */
export function decide(
  movement: Movement,
  accounts: { customer: Account | undefined; shop: Account },
  id: string,
  now: Date,
): Transaction {
  const refusal = refusalOf(movement, accounts);
  const facts = { ...movement, id, bookedAt: now };
  return refusal ? { ...facts, state: 'refused', refusal } : { ...facts, state: 'booked' };
}

function refusalOf(
  { kind, account, amount, currency }: Movement,
  { customer, shop }: { customer: Account | undefined; shop: Account },
): RefusalCode | undefined {
  if (!customer || account === SHOP) return 'ACCOUNT_UNKNOWN';
  if (customer.currency !== currency) return 'CURRENCY_UNSUPPORTED';
  const payer = kind === 'debit' ? customer : shop;
  return payer.balance < amount ? 'INSUFFICIENT_FUNDS' : undefined;
}

/** The same request again: everything it says about money is the same. */
export const isSame = (known: Transaction, asked: Movement): boolean =>
  known.kind === asked.kind &&
  known.account === asked.account &&
  known.amount === asked.amount &&
  known.currency === asked.currency;
