import { each, type Invariant } from '../invariant.ts';
import { total } from './bank-balance-is-sum.ts';

const clearing = 'bank:clearing';

export const bankClearingAgrees: Invariant = {
  name: 'bank-clearing-agrees',
  says: "The ledger's account of the bank is what the bank has booked for the shop.",
  reads: ['accounts', 'bankTransactions'],
  shows: 'account, balance, booked',
  settles: true,
  judge: ({ rows }) => {
    const booked = total(rows.bankTransactions.filter(({ state }) => state === 'booked'));
    return each(
      rows.accounts.filter(({ id }) => id === clearing),
      ({ id: account, balance }) => (balance === booked ? undefined : { account, balance, booked }),
    );
  },
};
