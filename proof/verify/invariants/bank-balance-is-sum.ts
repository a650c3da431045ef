import { all, each, groupBy, type Invariant } from '../invariant.ts';
import type { BankTransactionRow } from '../row.ts';

/** The bank's account of the shop. */
const shop = 'halftone';

/** The change of the customer's account by a booking; the shop's account gets the opposite. */
const signed = ({ kind, amount }: BankTransactionRow): number => (kind === 'debit' ? -amount : amount);

export const total = (transactions: readonly BankTransactionRow[]): number =>
  transactions.reduce((sum, transaction) => sum + signed(transaction), 0);

export const bankBalanceIsSum: Invariant = {
  name: 'bank-balance-is-sum',
  says: 'Each account of the bank holds its opening balance plus its bookings; what the customers paid, the shop received.',
  reads: ['bankAccounts', 'bankTransactions'],
  shows: 'account, balance, given, expected',
  settles: false,
  judge: ({ rows }) => {
    const booked = rows.bankTransactions.filter(({ state }) => state === 'booked');
    const bookedAt = groupBy(booked, ({ account }) => account);
    const known = new Set(rows.bankAccounts.map(({ id }) => id));
    return all(
      each(rows.bankAccounts, ({ id: account, opening, balance, given }) => {
        const moved = account === shop ? -total(booked) : total(bookedAt.get(account) ?? []);
        const isRight = balance === opening + moved && given === (account === shop ? 0 : -moved);
        return isRight ? undefined : { account, balance, given, expected: opening + moved };
      }),
      each(booked, ({ account, amount }) =>
        known.has(account) ? undefined : { account, balance: null, expected: amount },
      ),
    );
  },
};
