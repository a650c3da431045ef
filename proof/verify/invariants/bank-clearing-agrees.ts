import { each, sumOf, type Invariant } from '../invariant.ts';
import { total } from './bank-balance-is-sum.ts';

const clearing = 'bank:clearing';

export const bankClearingAgrees: Invariant = {
  name: 'bank-clearing-agrees',
  says: "The ledger's entries about the bank sum up to the bank's bookings for the shop.",
  reads: ['accounts', 'ledgerEntries', 'bankTransactions'],
  shows: 'account, balance, booked',
  settles: true,
  judge: ({ rows }) => {
    const booked = total(rows.bankTransactions.filter(({ state }) => state === 'booked'));
    const balance = sumOf(rows.ledgerEntries.filter(({ accountId }) => accountId === clearing));
    return each(
      rows.accounts.filter(({ id }) => id === clearing),
      ({ id: account }) => (balance === booked ? undefined : { account, balance, booked }),
    );
  },
};
