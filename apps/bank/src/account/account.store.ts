import { Database, type Tx } from '@halftone/postgres';
import { planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { BankTables } from '../tables';
import type { Account } from '../transaction/transaction';

/** Accounts. Whoever decides by a balance locks it first, all at once and in the order of the ids. */
@Injectable()
export class AccountStore {
  constructor(private readonly db: Database<BankTables>) {}

  find(id: string): Promise<Account | undefined> {
    const query = this.db.rows.selectFrom('account').select(['id', 'currency', 'balance']);
    return query.where('id', '=', id).executeTakeFirst();
  }

  lock(tx: Tx<BankTables>, ids: readonly string[]): Promise<Account[]> {
    const query = tx
      .selectFrom('account')
      .select(['id', 'currency', 'balance'])
      .where('id', 'in', [...ids]);
    return query.orderBy('id').forUpdate().execute();
  }

  /** Of accounts that `lock` gave in this transaction. */
  async move(tx: Tx<BankTables>, amount: number, from: string, to: string): Promise<void> {
    if (planted('bank.balance-forgotten')) return;
    await sql`
      update account set balance = balance + case when id = ${to} then ${amount}::bigint else -${amount}::bigint end
      where id in (${from}, ${to})
    `.execute(tx);
  }

  /** Leaves one that exists as it is. */
  async open(id: string, opening: number, currency: string): Promise<void> {
    await this.db.rows
      .insertInto('account')
      .values({ id, holder: id, currency, opening, balance: opening })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
