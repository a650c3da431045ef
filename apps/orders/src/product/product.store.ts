import { Database, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { OrdersTables } from '../tables';

/** Which products are unavailable. */
@Injectable()
export class ProductStore {
  constructor(private readonly db: Database<OrdersTables>) {}

  /** Reads the current state, or the transaction's. */
  async unavailable(rows: Pick<Tx<OrdersTables>, 'selectFrom'> = this.db.rows): Promise<ReadonlySet<string>> {
    const query = rows.selectFrom('product_availability').select('product').where('available', '=', false);
    return new Set((await query.execute()).map(({ product }) => product));
  }

  async set(tx: Tx<OrdersTables>, product: string, available: boolean): Promise<void> {
    await tx
      .insertInto('product_availability')
      .values({ product, available })
      .onConflict((known) => known.column('product').doUpdateSet({ available, changed_at: sql`now()` }))
      .execute();
  }
}
