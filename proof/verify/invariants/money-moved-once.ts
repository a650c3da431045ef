import { all, each, groupBy, type Finding, type Invariant } from '../invariant.ts';
import type { LedgerEntryRow, Rows } from '../row.ts';

const wallet = (customer: string): string => `wallet:${customer}`;
const clearing = 'bank:clearing';
const revenue = 'shop:revenue';

interface Movement {
  owner: { transactionId: string | null };
  amount: number;
  /** Where the money went, if it did. */
  way: [from: string, to: string] | undefined;
}

/** The account that a payment is taken from. */
const payer = ({ method, customer }: { method: string; customer: string }): string =>
  method === 'bank' ? clearing : wallet(customer);

function movementsOf({ payments, transfers, refunds }: Rows): Movement[] {
  const methodOf = new Map(payments.map(({ id, method }) => [id, method]));
  return [
    ...payments.map((owner): Movement => {
      const way = owner.status === 'captured' ? ([payer(owner), revenue] as [string, string]) : undefined;
      return { owner, amount: owner.amount, way };
    }),
    ...refunds.map((owner): Movement => {
      const back = payer({ method: methodOf.get(owner.paymentId) ?? 'wallet', customer: owner.customer });
      return { owner, amount: owner.amount, way: owner.status === 'completed' ? [revenue, back] : undefined };
    }),
    ...transfers.map((owner): Movement => {
      return { owner, amount: owner.amount, way: [wallet(owner.sender), wallet(owner.recipient)] };
    }),
  ];
}

function isRight({ owner, amount, way }: Movement, entries: readonly LedgerEntryRow[]): boolean {
  if (!way) return owner.transactionId === null;
  const moved = new Map(entries.map((entry) => [entry.accountId, entry.amount]));
  return moved.get(way[0]) === -amount && moved.get(way[1]) === amount && entries.length === 2;
}

/** A ledger transaction belongs to exactly one payment, refund or transfer: none was booked twice or by nobody. */
function judgeOwners({ ledgerTransactions }: Rows, movements: readonly Movement[]): Finding {
  const owners = groupBy(
    movements.map(({ owner }) => owner).filter(({ transactionId }) => transactionId !== null),
    ({ transactionId }) => transactionId,
  );
  const booked = ledgerTransactions.filter(({ kind }) => kind !== 'seed');
  return each(booked, (transaction) => {
    const found = owners.get(transaction.id) ?? [];
    return found.length === 1 ? undefined : { transaction, owners: found };
  });
}

export const moneyMovedOnce: Invariant = {
  name: 'money-moved-once',
  says: 'Each captured payment, completed refund and transfer moved exactly its amount in the ledger; declined and pending ones moved nothing, and nothing else moved.',
  reads: ['payments', 'refunds', 'transfers', 'ledgerTransactions', 'ledgerEntries'],
  shows: 'owner, way, entries | transaction, owners',
  settles: false,
  judge: ({ rows }) => {
    const entriesOf = groupBy(rows.ledgerEntries, ({ transactionId }) => transactionId);
    const movements = movementsOf(rows);
    return all(
      each(movements, (movement) => {
        const { owner, way = null } = movement;
        const entries = entriesOf.get(owner.transactionId ?? '') ?? [];
        return isRight(movement, entries) ? undefined : { owner, way, entries };
      }),
      judgeOwners(rows, movements),
    );
  },
};
