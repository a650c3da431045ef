import { Database, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { BankTables } from '../tables';
import type { RefusalCode } from './refusal';
import type { Transaction } from './transaction';

/** Transactions. The unique reference serializes concurrent requests. */
@Injectable()
export class TransactionStore {
  constructor(private readonly db: Database<BankTables>) {}

  /** False if the reference exists. Waits for a concurrent transaction with the same reference. */
  async insert(tx: Tx<BankTables>, transaction: Transaction): Promise<boolean> {
    const { id, reference, kind, account, amount, currency, description, state, bookedAt } = transaction;
    const refusal = transaction.state === 'refused' ? transaction.refusal : null;
    const inserted = await tx
      .insertInto('transaction')
      .values({
        id,
        reference,
        kind,
        account,
        amount,
        currency,
        description,
        state,
        refusal,
        booked_at: bookedAt,
      })
      .onConflict((conflict) => conflict.column('reference').doNothing())
      .returning('id')
      .executeTakeFirst();
    return inserted !== undefined;
  }

  async find(
    reference: string,
    rows: Pick<Tx<BankTables>, 'selectFrom'> = this.db.rows,
  ): Promise<Transaction | undefined> {
    const row = await rows.selectFrom('transaction').selectAll().where('reference', '=', reference).executeTakeFirst();
    return row && toTransaction(row);
  }

  /** Newest first. */
  async list(account: string | undefined, limit: number): Promise<Transaction[]> {
    const query = this.db.rows.selectFrom('transaction').selectAll().orderBy('id', 'desc').limit(limit);
    return (await (account ? query.where('account', '=', account) : query).execute()).map(toTransaction);
  }
}

function toTransaction({
  booked_at: bookedAt,
  state,
  refusal,
  ...facts
}: Selectable<BankTables['transaction']>): Transaction {
  // The table refuses a refused transaction without a reason, and only `insert` writes one.
  return state === 'refused'
    ? { ...facts, bookedAt, state, refusal: refusal as RefusalCode }
    : { ...facts, bookedAt, state };
}
