/** Many events in one transaction: on a real broker and database. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openPool, type Tx } from '@halftone/postgres';
import { DomainError } from '@halftone/kernel';
import { traceparent } from '@halftone/service';
import { engines, eventually, freshSchema, type FreshSchema, growth, scraped } from '@halftone/testing';
import { sql } from 'kysely';
import { on } from './event-handler';
import type { Received } from './event-message';
import { TestGroup } from './fixture/group.fixture';

interface Tables {
  effect: { event_id: string; key: string; value: string; traceparent: string | null };
  resource: { id: number };
}
type EffectTx = Tx<Tables>;

const effects = {
  id: '0001-effect',
  up: `
    create table effect (
      n bigint generated always as identity, event_id uuid not null, key text not null, value text not null, traceparent text,
      xid text not null default pg_current_xact_id()::text
    );
    create table resource (id int primary key);
    insert into resource select generate_series(0, 9);
  `,
};

let schema: FreshSchema;
let given: TestGroup;
/** Values whose handler fails with a bug. */
let broken: Set<string>;

beforeEach(async () => {
  schema = await freshSchema('batches');
  given = await new TestGroup(engines().brokers, schema.url).open('batches', [effects]);
  broken = new Set();
});
afterEach(async () => {
  await given.close();
  await schema.drop();
});

interface Row {
  key: string;
  value: string;
  xid: string;
  traceparent: string | null;
}
const rows = async () =>
  (await sql<Row>`select key, value, xid, traceparent from effect order by n`.execute(given.database.rows)).rows;
const values = async () => (await rows()).map(({ value }) => value);
const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);

const insert = (tx: EffectTx, { id, key, value }: Received<string>) =>
  tx
    .insertInto('effect')
    .values({ event_id: id, key, value, traceparent: traceparent() ?? null })
    .execute();

const each = (before: (tx: EffectTx, event: Received<string>) => Promise<void> = async () => undefined) => [
  on(given.topic, 'text', async (tx: EffectTx, event) => {
    await before(tx, event);
    if (broken.has(event.value)) throw new TypeError(`cannot read ${event.value}`);
    await insert(tx, event);
  }),
];

test('200 events share a few transactions, in order', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  await given.send(...numbers(200).map((n): [string, string] => [`v${n}`, a]));
  await given.consumeBy(each());
  await eventually(async () => expect(await values()).toEqual(numbers(200).map((n) => `v${n}`)), 20_000);
  expect(new Set((await rows()).map(({ xid }) => xid)).size).toBeLessThanOrEqual(10);
  await eventually(async () => {
    expect(await scraped(`consumer_handled_total{group="${given.group}",type="text",outcome="done"}`)).toBe(200);
    expect(await scraped(`consumer_transaction_events_sum{group="${given.group}"}`)).toBe(200);
    expect(await scraped(`event_delay_seconds_count{group="${given.group}",topic="${given.topic.name}"}`)).toBe(200);
  });
});

test('one of 200 events fails: the others take effect once, it is retried and dead-lettered, its key waits', async () => {
  const keys = given.keysOfOnePartition(20);
  const events = numbers(200).map((n): [string, string] => [`v${n}`, keys[n % 20]!]);
  const failing = 'v77';
  const behind = events.flatMap(([value, key], n) => (key === keys[17] && n > 77 ? [value] : []));
  broken.add(failing);
  await given.send(...events);
  await given.consumeBy(each());
  const others = events.map(([value]) => value).filter((value) => value !== failing && !behind.includes(value));
  await eventually(async () => expect(await values()).toEqual(others), 20_000);
  await eventually(async () => expect((await given.parked()).map(({ value }) => value)).toEqual([failing, ...behind]));
  await eventually(async () => expect((await given.parked())[0]!.attempts).toBeGreaterThan(1), 20_000);
  expect(await values()).toEqual(others);
  await sql`update parked_event set attempts = 11, next_try_at = now() where state = 'waiting' and event_id is not null
      and convert_from(value, 'UTF8') = ${failing}`.execute(given.database.rows);
  await eventually(async () => expect(await values()).toEqual([...others, ...behind]), 20_000);
  expect(await given.letters()).toMatchObject([{ message: `cannot read ${failing}`, attempts: 12 }]);
});

test('while one key waits for a lock of 10 s, the events of 15 other keys are handled long before it', async () => {
  const keys = given.keysOfOnePartition(16);
  const lockOf = (key: string) => sql`select pg_advisory_xact_lock(hashtext(${given.group + key}))`;
  await given.consumeBy(each(async (tx, { key }) => void (await lockOf(key).execute(tx))));
  await given.send(['warm', keys[0]!]);
  await eventually(async () => expect(await values()).toEqual(['warm']), 20_000);
  const other = openPool(schema.url, 1, 'psql');
  const session = await other.connect();
  await session.query('begin');
  await session.query(`select pg_advisory_xact_lock(hashtext($1))`, [given.group + keys[7]]);
  await given.send(...keys.map((key, n): [string, string] => [`v${n}`, key]));
  const passing = numbers(16).flatMap((n) => (n === 7 ? [] : [`v${n}`]));
  await eventually(async () => expect(await values()).toEqual(['warm', ...passing]), 6_000);
  await sleep(8_000);
  expect(await values()).toEqual(['warm', ...passing]);
  await session.query('rollback');
  session.release();
  await other.end();
  await eventually(async () => expect(await values()).toEqual(['warm', ...passing, 'v7']), 20_000);
}, 60_000);

test('two replicas that lock the same rows in opposite order do not stop each other for long', async () => {
  const [even, odd] = given.keys() as [string, string];
  const handlers = each(async (tx, { value, key }) => {
    const n = Number(value.slice(1));
    const id = key === even ? n % 10 : 9 - (n % 10);
    await sql`select from resource where id = ${id} for update`.execute(tx);
  });
  await Promise.all([given.consumeBy(handlers), given.consumeBy(handlers)]);
  await given.send(['e0', even], ['o0', odd]);
  await eventually(async () => expect(await values()).toHaveLength(2), 30_000);
  const events = numbers(200).flatMap((n): [string, string][] => [
    [`e${n + 1}`, even],
    [`o${n + 1}`, odd],
  ]);
  await given.send(...events);
  await eventually(async () => expect(await values()).toHaveLength(402), 30_000);
  const of = (letter: string) => numbers(201).map((n) => `${letter}${n}`);
  const all = await values();
  expect(all.filter((value) => value.startsWith('e'))).toEqual(of('e'));
  expect(all.filter((value) => value.startsWith('o'))).toEqual(of('o'));
  expect(await given.letters()).toEqual([]);
}, 90_000);

test('slow events are spread over several transactions, each once', async () => {
  const [a] = given.keysOfOnePartition(1) as [string];
  await given.send(...numbers(15).map((n): [string, string] => [`v${n}`, a]));
  const split = await growth([`consumer_transactions_split_total{group="${given.group}"}`], async () => {
    await given.consumeBy(each(() => sleep(200)));
    await eventually(async () => expect(await values()).toEqual(numbers(15).map((n) => `v${n}`)), 20_000);
  });
  expect(split).toEqual([0]);
  expect(new Set((await rows()).map(({ xid }) => xid)).size).toBeGreaterThan(1);
});

test('an event that comes twice in one batch takes effect once', async () => {
  const event = given.event('v', 'k');
  await given.producer.publish([event, event, given.event('w', 'k'), event]);
  await given.consumeBy(each());
  await eventually(async () => expect(await values()).toEqual(['v', 'w']), 20_000);
});

test('events in one transaction each continue their own trace', async () => {
  const traces = numbers(3).map((n) => `${n}af7651916cd43dd8448eb211c80319c`);
  await given.producer.publish(
    traces.map((trace) => given.event(trace, 'k', { traceparent: `00-${trace}-b7ad6b7169203331-01` })),
  );
  await given.consumeBy(each());
  await eventually(async () => expect(await rows()).toHaveLength(3), 20_000);
  const found = await rows();
  expect(new Set(found.map(({ xid }) => xid)).size).toBe(1);
  for (const row of found) expect(row.traceparent).toMatch(new RegExp(`^00-${row.value}-(?!b7ad6b7169203331)`));
});

test('an invalid event fails alone; events whose peer is unavailable wait', async () => {
  const [a, b] = given.keysOfOnePartition(2) as [string, string];
  let unavailable = true;
  const handlers = each(async (_, { value }) => {
    if (value === 'bad') throw new DomainError('VALIDATION_FAILED', 'the event has no order');
    if (unavailable) throw new DomainError('UNAVAILABLE', 'the peer is unreachable');
  });
  await given.send(['v0', a], ['bad', b], ['v1', a], ['v2', a]);
  await given.consumeBy(handlers);
  const retried = `consumer_handled_total{group="${given.group}",type="text",outcome="retried"}`;
  await eventually(async () => expect(await scraped(retried)).toBeGreaterThan(0), 20_000);
  unavailable = false;
  await eventually(async () => expect(await values()).toEqual(['v0', 'v1', 'v2']), 20_000);
  await eventually(async () => expect(await given.letters()).toMatchObject([{ reason: 'VALIDATION_FAILED' }]), 20_000);
});
