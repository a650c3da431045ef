import { ordersV1, eventsV1, type Topic } from '@halftone/contracts';
import { appendEvent, Database, type Migration, openPool, type Tx } from '@halftone/postgres';
import { Client } from 'pg';

/** Whatever a service writes besides the outbox row. */
export interface BenchTables {
  work: { id: string; payload: string };
}

const schema = 'bench';
const work: Migration = { id: '0001-work', up: 'create table work (id uuid primary key, payload text not null)' };

/** The URL as a role of that schema would have it. */
export const inSchema = (databaseUrl: string): string => {
  const url = new URL(databaseUrl);
  url.searchParams.set('options', `-c search_path=${schema}`);
  return url.href;
};

/** Empties the schema that all measurements share and makes its tables anew. */
export async function freshDatabase(
  databaseUrl: string,
  connections: number,
  onAppended?: () => void,
): Promise<Database<BenchTables>> {
  const admin = new Client({ connectionString: databaseUrl });
  await admin.connect();
  await admin.query(`drop schema if exists ${schema} cascade; create schema ${schema}`);
  await admin.end();
  const database = new Database<BenchTables>(openPool(inSchema(databaseUrl), connections, schema), onAppended);
  await database.migrate(schema, [work]);
  return database;
}

export const topic: Topic<eventsV1.OrderEvent> = {
  name: 'halftone.bench',
  partitions: 6,
  codec: eventsV1.OrderEvent,
};

const order = ordersV1.Order.fromPartial({
  id: '01990000-0000-7000-8000-000000000000',
  customer: 'alice',
  lines: Array.from({ length: 3 }, () => ({ imageId: '01990000-0000-7000-8000-000000000001', product: 'mug' })),
  currency: 'USD',
});

/** The event of one piece of work; keys so that all partitions have some. */
export const append = (tx: Tx<BenchTables>, id: string, index: number): Promise<string> =>
  appendEvent(tx, {
    topic,
    type: 'order.placed',
    subject: `orders/${id}`,
    key: `customer-${Math.abs(index) % 50}`,
    sequence: 1,
    value: { order },
    id,
  });

export const doWork = (tx: Tx<BenchTables>, id: string) =>
  tx
    .insertInto('work')
    .values({ id, payload: 'x'.repeat(200) })
    .execute();
