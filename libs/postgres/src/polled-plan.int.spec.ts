/** The relay and the reaper find their rows by an index, however many rows there are. */
import { eventually, freshSchema, type FreshSchema, readsOf } from '@halftone/testing';
import { openPool } from './connections';
import { Database } from './database';
import { OutboxRelay } from './outbox-relay';
import { Reaper } from './reaper';

let schema: FreshSchema;
let database: Database;

beforeAll(async () => {
  schema = await freshSchema('orders');
  database = new Database(openPool(schema.url, 2, 'test'));
  await database.migrate('orders', []);
}, 60_000);
afterAll(async () => {
  await database.close();
  await schema.drop();
});

test('100,000 rows in the outbox: a batch reads only its own rows', async () => {
  await schema.alter(`
    set search_path = orders;
    insert into outbox (event_id, topic, key, type, subject, sequence, value, time)
    select gen_random_uuid(), 'test', 'k', 'n', 'n', 1, 'v', now() from generate_series(1, 100000) n;
    analyze outbox`);
  const reads = await readsOf(schema.url, 'outbox', async () => {
    let batches = 0;
    const relay = new OutboxRelay(schema.url, 'orders');
    relay.start(async () => {
      batches += 1;
      if (batches > 1) throw new Error('the broker is unavailable');
    });
    await eventually(() => expect(batches).toBeGreaterThan(1));
    await relay.stop();
  });
  expect(reads.wholeTable).toBe(false);
  expect(reads.steps).toBeGreaterThan(2);
  expect(reads.mostRows).toBeLessThan(1_000);
}, 60_000);

test.each([
  [
    'idempotency',
    `insert into idempotency (customer, route, key, fingerprint, response, expires_at)
    select 'alice', 'r', 'k' || n, 'f', '', now() + case when n <= 60 then -1 else 1 end * interval '1 day'`,
  ],
  [
    'inbox',
    `insert into inbox (consumer, event_id, received_at)
    select 'group', gen_random_uuid(), now() - case when n <= 60 then 60 else 0 end * interval '1 day'`,
  ],
  [
    'parked_event',
    `insert into parked_event (consumer, topic, partition, "offset", record_time, headers, state, attempts, next_try_at, parked_at)
    select 'group', 't', 0, n, 0, '{}', 'dead', 1, now(), now() - case when n <= 60 then 60 else 0 end * interval '1 day'`,
  ],
])(
  '100,000 rows in %s of which 60 have expired: the reaper reads few',
  async (table, insert) => {
    await schema.alter(`set search_path = orders; ${insert} from generate_series(1, 100000) n; analyze ${table}`);
    const reads = await readsOf(schema.url, table, () => new Reaper(database.rows).reap());
    expect(reads.wholeTable).toBe(false);
    expect(reads.steps).toBeGreaterThan(0);
    expect(reads.mostRows).toBeLessThan(1_000);
  },
  60_000,
);
