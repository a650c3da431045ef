import { eventsV1 } from '@halftone/contracts';
import type { Database } from '@halftone/postgres';
import { sql } from 'kysely';
import { topic, type BenchTables } from './database.ts';

/** As many rows as a broker that was away leaves behind, 200 bytes each. */
export async function fill(database: Database<BenchTables>, rows: number): Promise<void> {
  const value = Buffer.from(eventsV1.OrderEvent.encode({ order: undefined }).finish());
  const padded = Buffer.concat([value, Buffer.alloc(200)]);
  await sql`insert into outbox (event_id, topic, key, type, subject, sequence, value, time)
    select gen_random_uuid(), ${topic.name}, 'customer-' || n % 50, 'order.placed', 'orders/' || n, 1, ${padded}, now()
    from generate_series(1, ${rows}::int) n`.execute(database.rows);
  await sql`analyze outbox`.execute(database.rows);
}
