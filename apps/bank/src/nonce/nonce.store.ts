import { Database, type RetentionRule } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { BankTables } from '../tables';

/** 10 minutes of margin: replicas check expiry with their own clocks, which may be behind the database's. */
export const oldNonces: RetentionRule = { table: 'nonce', expired: sql`expires_at < now() - interval '10 minutes'` };

/**
 * Used nonces and signatures. Each is committed before its message is executed, so any number of copies, on any replica,
 * is executed once. They are kept until the message's own timestamp expires.
 */
@Injectable()
export class NonceStore {
  constructor(private readonly db: Database<BankTables>) {}

  /** Records the value; false if it was used before. */
  async use(value: string, expiresAt: Date): Promise<boolean> {
    const inserted = await this.db.rows
      .insertInto('nonce')
      .values({ value, expires_at: expiresAt })
      .onConflict((conflict) => conflict.doNothing())
      .returning('value')
      .executeTakeFirst();
    return inserted !== undefined;
  }
}
