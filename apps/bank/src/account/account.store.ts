import { Database, type Tx } from '@halftone/postgres';
import { planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { BankTables } from '../tables';
import { type Account, type CustomerAccount, SHOP } from './account';

/** Accounts. A booking locks only its customer's account, so customers don't wait for each other. */
@Injectable()
export class AccountStore {
  constructor(private readonly db: Database<BankTables>) {}

  async find(id: string): Promise<Account | undefined> {
    const { rows } = await sql<Account>`
      select id, currency, coalesce(balance, opening + (select sum(given) from account))::bigint as balance
      from account where id = ${id}
    `.execute(this.db.rows);
    return rows[0];
  }

  /** Locks the customer's account until the transaction ends. Undefined for the shop's account, which is never locked. */
  async lock(tx: Tx<BankTables>, id: string): Promise<CustomerAccount | undefined> {
    if (id === SHOP) return undefined;
    const query = tx.selectFrom('account').select(['id', 'currency', 'balance', 'given']).where('id', '=', id);
    const row = await query.forNoKeyUpdate().executeTakeFirst();
    return row && { ...row, balance: row.balance ?? 0 };
  }

  /** Changes an account locked in this transaction. `amount` is negative for money that goes to the shop. */
  async move(tx: Tx<BankTables>, id: string, amount: number): Promise<void> {
    if (planted('bank.balance-forgotten')) return;
    await tx
      .updateTable('account')
      .set({ balance: sql`balance + ${amount}::bigint`, given: sql`given - ${amount}::bigint` })
      .where('id', '=', id)
      .execute();
  }

  /** Opens an account; an existing one is not changed. */
  async open(id: string, opening: number, currency: string): Promise<void> {
    await this.db.rows
      .insertInto('account')
      .values({ id, holder: id, currency, opening, balance: id === SHOP ? null : opening })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
