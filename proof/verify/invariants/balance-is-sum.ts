import { each, groupBy, sumOf, type Invariant } from '../invariant.ts';

export const balanceIsSum: Invariant = {
  name: 'balance-is-sum',
  says: "Each wallet's stored balance is the sum of its ledger entries; the shop's own accounts store none.",
  reads: ['accounts', 'ledgerEntries'],
  shows: 'account, balance, sumOfEntries',
  settles: false,
  judge: ({ rows }) => {
    const entries = groupBy(rows.ledgerEntries, ({ accountId }) => accountId);
    return each(rows.accounts, ({ id: account, customer, balance }) => {
      const sum = sumOf(entries.get(account) ?? []);
      return (customer === null ? null : sum) === balance ? undefined : { account, balance, sumOfEntries: sum };
    });
  },
};
