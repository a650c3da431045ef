/** The queries of a consumer about its retry queue read few rows, however many are parked. */
import { Database, openPool } from '@halftone/postgres';
import { freshSchema, type FreshSchema, type Reads, readsOf } from '@halftone/testing';
import type { KafkaMessage } from 'kafkajs';
import { sql } from 'kysely';
import { RetryQueue } from './retry-queue';

let schema: FreshSchema;
let database: Database;
let queue: RetryQueue;

beforeAll(async () => {
  schema = await freshSchema('plan');
  database = new Database(openPool(schema.url, 2, 'test'));
  await database.migrate('plan', []);
  queue = new RetryQueue(database, 'group');
}, 60_000);
afterAll(async () => {
  await database.close();
  await schema.drop();
});

const position = { topic: 'topic', partition: 0 };
const message = (offset: number, key: string | null) =>
  ({
    offset: String(offset),
    timestamp: '0',
    key: key === null ? null : Buffer.from(key),
    value: null,
    headers: {},
    attributes: 0,
  }) as unknown as KafkaMessage;

/** Dead events from offset 1 on, then waiting ones. */
async function fill(dead: number, waiting: number, key = sql`convert_to('k' || n, 'UTF8')`): Promise<void> {
  await sql`truncate parked_event`.execute(database.rows);
  await sql`
    insert into parked_event (consumer, topic, partition, "offset", record_time, key, headers, state, attempts, next_try_at)
    select 'group', 'topic', 0, n, 0, ${key}, '{}', case when n <= ${dead}::int then 'dead' else 'waiting' end, 1, now()
    from generate_series(1, ${dead + waiting}::int) n
  `.execute(database.rows);
  await sql`analyze parked_event`.execute(database.rows);
}

function expectFew(reads: Reads, most: number): void {
  expect(reads.wholeTable).toBe(false);
  expect(reads.steps).toBeGreaterThan(0);
  expect(reads.mostRows).toBeLessThanOrEqual(most);
}

test('a new owner of a partition reads the waiting events, and of 100,000 dead ones only those after its position', async () => {
  await fill(100_000, 20);
  const reads = await readsOf(schema.url, 'parked_event', async () => {
    const backlog = await queue.backlogOf(position, '99991');
    expect([backlog.keys.size, backlog.known.size]).toEqual([20, 30]);
  });
  expectFew(reads, 30);
}, 60_000);

test('the depth of the queue reads none of 100,000 dead events', async () => {
  await fill(100_000, 20);
  const count = async () => expect(await queue.depth()).toMatchObject({ events: 20 });
  expectFew(await readsOf(schema.url, 'parked_event', count), 20);
}, 60_000);

test.each(['k', null])(
  'an event behind 20,000 of its key, %s, reads one of them',
  async (key) => {
    await fill(100_000, 20_000, key === null ? sql`null::bytea` : sql`convert_to(${key}, 'UTF8')`);
    const enqueue = async () => expect(await queue.enqueueBehind(position, message(200_000, key))).toBe(true);
    expectFew(await readsOf(schema.url, 'parked_event', enqueue), 1);
  },
  60_000,
);
