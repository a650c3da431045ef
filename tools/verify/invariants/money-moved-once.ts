import { all, each, groupBy, type Finding, type Invariant } from '../invariant.ts';
import type { LedgerEntryRow, Rows } from '../rows.ts';

const wallet = (customer: string): string => `wallet:${customer}`;

/** What the wallets see of a transaction, as account → amount. */
const moved = (entries: readonly LedgerEntryRow[] = []): Map<string, number> =>
  new Map(entries.map(({ accountId, amount }) => [accountId, amount]));

function judgePayments({ payments }: Rows, entriesOf: Map<string, LedgerEntryRow[]>): Finding {
  return each(payments, (payment) => {
    const entries = payment.transactionId === null ? [] : entriesOf.get(payment.transactionId);
    const taken = moved(entries).get(wallet(payment.customer));
    const right = payment.status === 'captured' ? taken === -payment.amount : payment.transactionId === null;
    return right ? undefined : { payment, entries: entries ?? [] };
  });
}

function judgeTransfers({ transfers }: Rows, entriesOf: Map<string, LedgerEntryRow[]>): Finding {
  return each(transfers, (transfer) => {
    const amounts = moved(entriesOf.get(transfer.transactionId));
    const right =
      amounts.get(wallet(transfer.sender)) === -transfer.amount &&
      amounts.get(wallet(transfer.recipient)) === transfer.amount;
    return right ? undefined : { transfer, entries: entriesOf.get(transfer.transactionId) ?? [] };
  });
}

/** A ledger transaction belongs to one payment or transfer at most: none was booked twice or by nobody. */
function judgeOwners({ payments, transfers }: Rows): Finding {
  const owners = [...payments, ...transfers].filter(({ transactionId }) => transactionId !== null);
  return each([...groupBy(owners, ({ transactionId }) => transactionId)], ([transactionId, found]) =>
    found.length === 1 ? undefined : { transactionId, owners: found },
  );
}

/** Each captured payment and each transfer moved exactly its amount in the ledger; a declined one moved nothing. */
export const moneyMovedOnce: Invariant = {
  name: 'money-moved-once',
  settles: false,
  judge: ({ rows }) => {
    const entriesOf = groupBy(rows.ledgerEntries, ({ transactionId }) => transactionId);
    return all(judgePayments(rows, entriesOf), judgeTransfers(rows, entriesOf), judgeOwners(rows));
  },
};
