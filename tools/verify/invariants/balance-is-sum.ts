import { each, groupBy, type Invariant } from '../invariant.ts';

/** The balance of an account is kept for speed; the entries are the truth. */
export const balanceIsSum: Invariant = {
  name: 'balance-is-sum',
  settles: false,
  judge: ({ rows }) => {
    const entries = groupBy(rows.ledgerEntries, ({ accountId }) => accountId);
    return each(rows.accounts, ({ id: account, balance }) => {
      const sum = (entries.get(account) ?? []).reduce((total, { amount }) => total + amount, 0);
      return sum === balance ? undefined : { account, balance, sumOfEntries: sum };
    });
  },
};
