import { all, each, groupBy, type Finding, type Invariant } from '../invariant.ts';
import type { BankOperationRow, BankTransactionRow, Rows } from '../row.ts';

const sameThing = (operation: BankOperationRow, booked: BankTransactionRow): boolean =>
  operation.kind === booked.kind &&
  operation.customer === booked.account &&
  operation.amount === booked.amount &&
  operation.currency === booked.currency;

function agrees(operation: BankOperationRow, transactions: readonly BankTransactionRow[]): boolean {
  const [booked, ...more] = transactions.filter(({ state }) => state === 'booked');
  if (operation.state === 'refused') return booked === undefined;
  const isIt = booked !== undefined && booked.id === operation.bankTransactionId && sameThing(operation, booked);
  return operation.state === 'done' && isIt && more.length === 0;
}

/** A captured bank payment is a debit that was done, a completed refund of one a credit; a declined one may never have reached the bank. */
function judgeOwners({ bankOperations, payments, refunds }: Rows): Finding {
  const operations = new Map(bankOperations.map((operation) => [operation.refundId ?? operation.paymentId, operation]));
  const byBank = new Set(payments.filter(({ method }) => method === 'bank').map(({ id }) => id));
  const expected = [
    ...payments.filter(({ id }) => byBank.has(id)).map((owner) => ({ owner, done: owner.status === 'captured' })),
    ...refunds
      .filter(({ paymentId }) => byBank.has(paymentId))
      .map((owner) => ({ owner, done: owner.status === 'completed' })),
  ];
  return each(expected, ({ owner, done }) => {
    const operation = operations.get(owner.id) ?? null;
    const right = done ? operation?.state === 'done' : operation?.state !== 'done';
    return right && (operation?.amount ?? owner.amount) === owner.amount ? undefined : { owner, operation };
  });
}

export const bankBookedOnce: Invariant = {
  name: 'bank-booked-once',
  says: 'Payments and the bank agree. Each bank payment is one debit and each of its refunds one credit, with the same reference, account and amount; the bank has no other bookings.',
  reads: ['bankOperations', 'bankTransactions', 'payments', 'refunds'],
  shows: 'operation, bank [transaction] | bank, operation | owner, operation',
  settles: true,
  judge: ({ rows }) => {
    const atTheBank = groupBy(rows.bankTransactions, ({ reference }) => reference);
    const known = new Set(rows.bankOperations.map(({ reference }) => reference));
    return all(
      each(rows.bankOperations, (operation) => {
        const bank = atTheBank.get(operation.reference) ?? [];
        return agrees(operation, bank) ? undefined : { operation, bank };
      }),
      each(rows.bankTransactions, (bank) => (known.has(bank.reference) ? undefined : { bank, operation: null })),
      judgeOwners(rows),
    );
  },
};
