import { all, each, groupBy, type Invariant } from '../invariant.ts';

/** Double entry: each transaction moves money between accounts of one currency, so it sums to zero, and so does the ledger. */
export const ledgerBalanced: Invariant = {
  name: 'ledger-balanced',
  settles: false,
  judge: ({ rows }) => {
    const currencyOf = new Map(rows.accounts.map(({ id, currency }) => [id, currency]));
    const transactions = [...groupBy(rows.ledgerEntries, ({ transactionId }) => transactionId)];
    const perCurrency = [...groupBy(rows.ledgerEntries, ({ accountId }) => currencyOf.get(accountId))];
    return all(
      each(transactions, ([transactionId, entries]) => {
        const sum = sumOf(entries);
        return sum === 0 && entries.length > 1 ? undefined : { transactionId, sum, entries };
      }),
      each(perCurrency, ([currency, entries]) => {
        const sum = sumOf(entries);
        return currency && sum === 0 ? undefined : { currency, sum };
      }),
    );
  },
};

const sumOf = (entries: readonly { amount: number }[]): number => entries.reduce((sum, { amount }) => sum + amount, 0);
