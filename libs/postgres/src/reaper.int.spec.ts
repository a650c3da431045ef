import { eventually, freshSchema, type FreshSchema, growth } from '@halftone/testing';
import { sql } from 'kysely';
import { openPool } from './connections';
import { Database } from './database';
import { Reaper } from './reaper';

let schema: FreshSchema;
let database: Database;

beforeEach(async () => {
  schema = await freshSchema('payments');
  database = new Database(openPool(schema.url, 4, 'test'));
  await database.migrate('payments', []);
});
afterEach(async () => {
  await database.close();
  await schema.drop();
});

const keys = async () => {
  const { rows } = await sql<{ key: string }>`select key from idempotency order by key`.execute(database.rows);
  return rows.map(({ key }) => key);
};
const count = async (table: string) => {
  const { rows } = await sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`.execute(database.rows);
  return rows[0]?.n;
};
/** `n` settled keys that expired an hour ago. */
const fill = (n: number) =>
  sql`
    insert into idempotency (customer, route, key, fingerprint, response, expires_at)
    select 'alice', 'r', 'k' || n, 'f', 'x', now() - interval '1 hour' from generate_series(1, ${n}::int) n
  `.execute(database.rows);

test('expired and settled keys are deleted; running and young ones stay', async () => {
  await sql`
    insert into idempotency (customer, route, key, fingerprint, response, refusal, expires_at) values
      ('alice', 'r', 'answered', 'f', 'x', null, now() - interval '1 second'),
      ('alice', 'r', 'refused', 'f', null, '{}', now() - interval '1 second'),
      ('alice', 'r', 'runs', 'f', null, null, now() - interval '9 days'),
      ('alice', 'r', 'young', 'f', 'x', null, now() + interval '1 minute')
  `.execute(database.rows);
  await sql`
    insert into inbox (consumer, event_id, received_at) values
      ('old', gen_random_uuid(), now() - interval '45 days 1 second'), ('young', gen_random_uuid(), now() - interval '44 days')
  `.execute(database.rows);
  const series = ['idempotency', 'inbox'].map((table) => `reaped_rows_total{table="${table}"}`);
  expect(await growth(series, () => new Reaper(database.rows).reap())).toEqual([2, 1]);
  expect([await keys(), await count('inbox')]).toEqual([['runs', 'young'], 1]);
});

test('a tombstone of a dead letter is deleted after 14 days; a waiting event stays however old', async () => {
  await sql`
    insert into parked_event (consumer, topic, partition, "offset", record_time, headers, state, attempts, next_try_at, parked_at)
    select 'c', 't', 0, n, 0, '{}', state, 1, now(), now() - age from unnest(
      array[1, 2, 3, 4],
      array['dead', 'dead', 'waiting', 'dying'],
      array[interval '14 days 1 second', interval '13 days', interval '60 days', interval '60 days']
    ) as event (n, state, age)
  `.execute(database.rows);
  expect(await new Reaper(database.rows).reap()).toBe(1);
  const { rows } = await sql`select "offset"::int as n from parked_event order by n`.execute(database.rows);
  expect(rows).toEqual([{ n: 2 }, { n: 3 }, { n: 4 }]);
});

test("rows of a service's own tables are deleted too", async () => {
  await sql`create table sample as select n from generate_series(1, 2500) n`.execute(database.rows);
  const rules = [{ table: 'sample', expired: sql`n > 10` }];
  expect(await new Reaper(database.rows, { rules }).reap()).toBe(2490);
  expect(await count('sample')).toBe(10);
});

test('concurrent reapers delete any number of rows between them', async () => {
  await fill(3500);
  const deleted = await Promise.all([1, 2, 3].map(() => new Reaper(database.rows).reap()));
  expect(deleted.reduce((sum, one) => sum + one)).toBe(3500);
  expect(await count('idempotency')).toBe(0);
});

test('a locked row is left for the next run', async () => {
  await fill(2);
  await database.tx(async (tx) => {
    await sql`select 1 from idempotency where key = 'k1' for update`.execute(tx);
    expect(await new Reaper(database.rows).reap()).toBe(1);
  });
  expect(await keys()).toEqual(['k1']);
});

test('it runs until it is stopped, and survives a failure', async () => {
  await sql`alter table inbox rename to renamed`.execute(database.rows);
  const reaper = new Reaper(database.rows, { everyMs: 10 });
  reaper.start();
  for (let round = 0; round < 2; round++) {
    await fill(1);
    await eventually(async () => expect(await count('idempotency')).toBe(0));
  }
  await reaper.stop();
  await fill(1);
  expect(await reaper.reap()).toBe(0);
});

test('a table that fails does not block the others', async () => {
  await sql`alter table idempotency rename to renamed`.execute(database.rows);
  await sql`
    insert into inbox (consumer, event_id, received_at) values ('old', gen_random_uuid(), now() - interval '46 days')
  `.execute(database.rows);
  const reaper = new Reaper(database.rows, { everyMs: 10 });
  reaper.start();
  await eventually(async () => expect(await count('inbox')).toBe(0));
  await reaper.stop();
});
