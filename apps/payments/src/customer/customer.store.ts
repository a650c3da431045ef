import { Database, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { walletOf } from '../ledger/account';
import type { PaymentsTables } from '../tables';
import type { Credentials, Customer, CustomerWithBalance } from './customer';

/** A wallet's balance, including credits that are not added yet. */
const balanceOf = sql<number>`(account.balance
  + coalesce((select sum(amount) from account_credit where account_id = account.id), 0))::bigint`;

/** Customers, each with exactly one wallet. */
@Injectable()
export class CustomerStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  credentials(id: string): Promise<Credentials | undefined> {
    const query = this.db.rows.selectFrom('customer').select(['id', 'name', 'role', 'password_hash as passwordHash']);
    return query.where('id', '=', id).executeTakeFirst();
  }

  /** Each distinct hash once. */
  async passwordHashes(): Promise<string[]> {
    const rows = await this.db.rows.selectFrom('customer').select('password_hash as hash').distinct().execute();
    return rows.map(({ hash }) => hash);
  }

  /** For every customer with that hash. */
  async replacePassword(hash: string, newHash: string): Promise<void> {
    await this.db.rows
      .updateTable('customer')
      .set({ password_hash: newHash })
      .where('password_hash', '=', hash)
      .execute();
  }

  withBalance(id: string): Promise<CustomerWithBalance | undefined> {
    return this.db.rows
      .selectFrom('customer')
      .innerJoin('account', 'account.customer', 'customer.id')
      .select(['customer.id', 'name', 'role', balanceOf.as('balance'), 'currency'])
      .where('customer.id', '=', id)
      .executeTakeFirst();
  }

  /** Inserts the customer with an empty wallet, unless either exists already. */
  async insert(
    tx: Tx<PaymentsTables>,
    { id, name, role }: Customer,
    passwordHash: string,
    currency: string,
  ): Promise<void> {
    await tx
      .insertInto('customer')
      .values({ id, name, role, password_hash: passwordHash })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    await tx
      .insertInto('account')
      .values({ id: walletOf(id), customer: id, currency, balance: 0 })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
