import { Database, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import { walletOf } from '../account/account';
import type { PaymentsTables } from '../tables';
import type { Credentials, Customer, Member } from './customer';

/** Customers and, because every one has exactly one, the wallet of each. */
@Injectable()
export class CustomerStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  credentials(id: string): Promise<Credentials | undefined> {
    const query = this.db.rows.selectFrom('customer').select(['id', 'name', 'role', 'password_hash as passwordHash']);
    return query.where('id', '=', id).executeTakeFirst();
  }

  member(id: string): Promise<Member | undefined> {
    return this.db.rows
      .selectFrom('customer')
      .innerJoin('account', 'account.customer', 'customer.id')
      .select(['customer.id', 'name', 'role', 'balance', 'currency'])
      .where('customer.id', '=', id)
      .executeTakeFirst();
  }

  /** The customer with an empty wallet; leaves one that exists already as it is. */
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
      .values({ id: walletOf(id), customer: id, currency })
      .onConflict((conflict) => conflict.doNothing())
      .execute();
  }
}
