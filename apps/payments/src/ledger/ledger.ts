import { DomainError, LARGEST_AMOUNT, minorUnits, sumMinor } from '@halftone/kernel';

export type PostingKind = 'seed' | 'payment' | 'transfer' | 'refund';

/** Minor units; a credit is positive, a debit is negative. */
export interface Entry {
  account: string;
  amount: number;
}

/** One movement of money. `reference` names its cause; a reference is posted at most once. */
export interface Posting {
  kind: PostingKind;
  reference: string;
  entries: readonly Entry[];
}

export interface Account {
  id: string;
  /** The owner of a wallet; null for the shop's own accounts. */
  customer: string | null;
  currency: string;
  /** Minor units; null for the shop's accounts, whose balance is the sum of their entries. */
  balance: number | null;
}

/** A wallet with its balance; undefined for a missing account and for an account of the shop. */
export const walletIn = (account: Account | undefined): { currency: string; balance: number } | undefined =>
  account && account.balance !== null ? { currency: account.currency, balance: account.balance } : undefined;

/** Moves an amount from one account to the other. */
export const move = (amount: number, from: string, to: string): Entry[] => [
  { account: from, amount: -amount },
  { account: to, amount },
];

/**
 * The accounts after the posting. Pure. Throws INSUFFICIENT_FUNDS if a wallet would go below zero.
 * Throws INTERNAL for a posting that does not sum to zero, names an unknown account or mixes currencies: a programming error.
 */
export function apply({ entries, reference }: Posting, accounts: readonly Account[]): Account[] {
  if (
    entries.length < 2 ||
    entries.some(({ amount }) => minorUnits(amount) === 0) ||
    sumMinor(entries.map(({ amount }) => amount)) !== 0
  ) {
    throw new DomainError('INTERNAL', `posting ${reference} does not sum to zero`);
  }
  const touched = [...new Set(entries.map(({ account }) => account))].map(
    (id) => accounts.find((account) => account.id === id) ?? missing(reference, id),
  );
  if (new Set(touched.map(({ currency }) => currency)).size > 1) {
    throw new DomainError('INTERNAL', `posting ${reference} mixes currencies`);
  }
  return touched.map((account) => after(account, entries));
}

function after(account: Account, entries: readonly Entry[]): Account {
  if (account.balance === null) return account;
  const change = netOf(entries, account.id);
  const balance = sumMinor([account.balance, change]);
  if (change < 0 && balance < 0) {
    throw new DomainError('INSUFFICIENT_FUNDS', `the balance of ${account.customer}'s wallet is too low`);
  }
  return { ...account, balance };
}

/** The sum of the account's entries, in minor units. */
export const netOf = (entries: readonly Entry[], id: string): number =>
  sumMinor(entries.filter(({ account }) => account === id).map(({ amount }) => amount));

function missing(reference: string, id: string): never {
  throw new DomainError('INTERNAL', `posting ${reference} names account ${id}, which does not exist`);
}

/** An amount from a request. Throws VALIDATION_FAILED. */
export function validAmount(amount: number): number {
  if (Number.isInteger(amount) && amount >= 1 && amount <= LARGEST_AMOUNT) return amount;
  const message = `must be a whole number from 1 to ${LARGEST_AMOUNT}`;
  throw new DomainError('VALIDATION_FAILED', `amount: ${message}`, [{ path: 'amount', message }]);
}
