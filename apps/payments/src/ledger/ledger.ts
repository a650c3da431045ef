import { DomainError, minorUnits, sumMinor } from '@halftone/kernel';

export type PostingKind = 'seed' | 'payment' | 'transfer' | 'refund';

/** Minor units; what an account gains is positive, what it gives is negative. */
export interface Entry {
  account: string;
  amount: number;
}

/** One movement of money. `reference` says why it happened; a reference is posted at most once, ever. */
export interface Posting {
  kind: PostingKind;
  reference: string;
  entries: readonly Entry[];
}

export interface Account {
  id: string;
  /** Whose wallet it is; the shop's own accounts belong to nobody. */
  customer: string | null;
  currency: string;
  /** Minor units. */
  balance: number;
}

/** Moves an amount from one account to the other. */
export const move = (amount: number, from: string, to: string): Entry[] => [
  { account: from, amount: -amount },
  { account: to, amount },
];

/**
 * The accounts as they are after the posting. Pure. Throws INTERNAL for a posting that creates or destroys money, that touches an unknown
 * account or that mixes currencies: those are our mistakes; and INSUFFICIENT_FUNDS if a customer's wallet would go below zero.
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
  const amounts = entries.filter((entry) => entry.account === account.id).map(({ amount }) => amount);
  const balance = sumMinor([account.balance, ...amounts]);
  if (account.customer !== null && balance < 0) {
    throw new DomainError('INSUFFICIENT_FUNDS', `the wallet of ${account.customer} holds less than that`);
  }
  return { ...account, balance };
}

function missing(reference: string, id: string): never {
  throw new DomainError('INTERNAL', `posting ${reference} touches ${id}, which does not exist`);
}
