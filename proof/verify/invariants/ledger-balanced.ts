import { all, each, groupBy, sumOf, type Invariant } from '../invariant.ts';

export const ledgerBalanced: Invariant = {
  name: 'ledger-balanced',
  says: 'Each ledger transaction uses accounts of one currency and sums to zero; so does the whole ledger.',
  reads: ['accounts', 'ledgerEntries'],
  shows: 'transactionId, sum, entries | currency, sum',
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
