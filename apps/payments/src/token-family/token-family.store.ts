import { Database, type RetentionRule, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import type { Customer } from '../customer/customer';
import type { PaymentsTables } from '../tables';
import type { TokenFamily } from './token-family';

/** Families whose newest token has expired. */
export const oldFamilies: RetentionRule = {
  table: 'token_family',
  expired: sql`expires_at < now() - interval '10 minutes'`,
};

type Row = Selectable<PaymentsTables['token_family']>;

const toFamily = (row: Row): TokenFamily => ({
  id: row.id,
  customer: row.customer,
  generation: row.generation,
  rotatedAt: row.rotated_at,
  rotatedBy: row.rotated_by,
  revokedAt: row.revoked_at,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
});

@Injectable()
export class TokenFamilyStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  async insert(family: TokenFamily): Promise<void> {
    const { id, customer, generation, rotatedAt, rotatedBy, revokedAt, createdAt, expiresAt } = family;
    const row = { id, customer, generation, rotated_at: rotatedAt, rotated_by: rotatedBy, revoked_at: revokedAt };
    await this.db.rows
      .insertInto('token_family')
      .values({ ...row, created_at: createdAt, expires_at: expiresAt })
      .execute();
  }

  /** Locks the family, so that the second of two uses sees the first. */
  async lock(tx: Tx<PaymentsTables>, id: string): Promise<TokenFamily | undefined> {
    const row = await tx.selectFrom('token_family').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
    return row && toFamily(row);
  }

  /** The customer with the current role, not the role in the family's tokens. */
  customerOf(tx: Tx<PaymentsTables>, { customer }: TokenFamily): Promise<Customer> {
    const query = tx.selectFrom('customer').select(['id', 'name', 'role']).where('id', '=', customer);
    return query.executeTakeFirstOrThrow();
  }

  async rotate(tx: Tx<PaymentsTables>, family: TokenFamily): Promise<void> {
    const { id, generation, rotatedAt, rotatedBy, expiresAt } = family;
    await tx
      .updateTable('token_family')
      .set({ generation, rotated_at: rotatedAt, rotated_by: rotatedBy, expires_at: expiresAt })
      .where('id', '=', id)
      .execute();
  }

  async revoke(tx: Tx<PaymentsTables>, id: string, now: Date): Promise<void> {
    await tx
      .updateTable('token_family')
      .set({ revoked_at: now })
      .where('id', '=', id)
      .where('revoked_at', 'is', null)
      .execute();
  }
}
