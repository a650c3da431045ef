import { DomainError } from '@halftone/kernel';
import { eventually, freshSchema, type FreshSchema, growth } from '@halftone/testing';
import { sql } from 'kysely';
import { openPool } from './connections';
import { Database } from './database';
import { idempotently, storedResponse } from './idempotency';
import { recordInInbox, removeFromInbox } from './inbox';

const text = {
  encode: (value: string) => ({ finish: () => Buffer.from(value) }),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
};
const claim = { customer: 'alice', route: 'orders.PlaceOrder', key: 'k1' };

let schema: FreshSchema;
let database: Database;

beforeEach(async () => {
  schema = await freshSchema('orders');
  database = new Database(openPool(schema.url, 4, 'test'));
  await database.migrate('orders', []);
});
afterEach(async () => {
  await database.close();
  await schema.drop();
});

const call = (effect: () => Promise<string>, fingerprint = 'f1') =>
  database.tx((tx) => idempotently(tx, claim, fingerprint, text, effect));

const waiters = async () => {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()
  `.execute(database.rows);
  return rows[0]?.n;
};

test('the second call gets the stored response and its effect does not run', async () => {
  expect(await call(async () => 'first')).toEqual({ response: 'first', replayed: false });
  const never = jest.fn(async () => 'second');
  expect(await call(never)).toEqual({ response: 'first', replayed: true });
  expect(never).not.toHaveBeenCalled();
  expect(await storedResponse(database.rows, claim, 'f1', text)).toBe('first');
});

/** A first call whose effect has begun; `release` ends it. */
async function firstCall(end: () => Promise<string>) {
  const begun = Promise.withResolvers<void>();
  const go = Promise.withResolvers<void>();
  const answer = call(async () => {
    begun.resolve();
    await go.promise;
    return end();
  });
  await begun.promise;
  return { answer, release: go.resolve };
}

test('a call during the first one waits and replays its response', async () => {
  const first = await firstCall(async () => 'first');
  const never = jest.fn(async () => 'second');
  const second = call(never);
  await eventually(async () => expect(await waiters()).toBe(1));
  first.release();
  expect(await Promise.all([first.answer, second])).toEqual([
    { response: 'first', replayed: false },
    { response: 'first', replayed: true },
  ]);
  expect(never).not.toHaveBeenCalled();
});

test('if the first call fails, the waiting one runs; nothing of the first is stored', async () => {
  const first = await firstCall(() => Promise.reject(new DomainError('INSUFFICIENT_FUNDS', 'poor')));
  const refused = expect(first.answer).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  const second = call(async () => 'second');
  await eventually(async () => expect(await waiters()).toBe(1));
  first.release();
  await refused;
  expect(await second).toEqual({ response: 'second', replayed: false });
});

test('the same key with a different request is refused, before and inside the transaction', async () => {
  await call(async () => 'first');
  await expect(call(async () => 'x', 'f2')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  await expect(storedResponse(database.rows, claim, 'f2', text)).rejects.toMatchObject({
    code: 'IDEMPOTENCY_KEY_REUSED',
  });
  expect(await storedResponse(database.rows, { ...claim, customer: 'bob' }, 'f2', text)).toBeUndefined();
});

test('twenty calls at the same time have one effect', async () => {
  let effects = 0;
  const answers = await Promise.all(Array.from({ length: 20 }, () => call(async () => `effect ${++effects}`)));
  expect(effects).toBe(1);
  expect(answers.filter((answer) => !answer.replayed)).toHaveLength(1);
  expect(new Set(answers.map((answer) => answer.response)).size).toBe(1);
});

test('an event takes effect once per consumer, however often it arrives at the same time; a rollback undoes that', async () => {
  const once = (consumer = 'payments') =>
    database.tx(async (tx) => (await recordInInbox(tx, consumer, ['019a0000-0000-7000-8000-000000000001'])).size === 1);
  const failing = database.tx(async (tx) => {
    await recordInInbox(tx, 'payments', ['019a0000-0000-7000-8000-000000000001']);
    throw new Error('handler failed');
  });
  await expect(failing).rejects.toThrow('handler failed');
  const deliveries = await Promise.all(Array.from({ length: 8 }, () => once()));
  expect(deliveries.filter(Boolean)).toHaveLength(1);
  expect(await once('orders')).toBe(true);
});

test('replays, refused keys and duplicate events are counted', async () => {
  const replays = 'idempotent_replays_total{route="orders.PlaceOrder",source="postgres"}';
  const mismatches = 'idempotency_conflicts_total{reason="mismatch"}';
  const duplicates = 'inbox_duplicates_total{group="halftone.counted"}';
  const ids = ['019a0000-0000-7000-8000-000000000001'];
  const counted = await growth([replays, mismatches, duplicates], async () => {
    await call(async () => 'first');
    await call(async () => 'second');
    // Refused and counted as a mismatch.
    await call(async () => 'x', 'f2').catch(() => undefined);
    for (let delivery = 1; delivery <= 3; delivery++)
      await database.tx((tx) => recordInInbox(tx, 'halftone.counted', ids));
  });
  expect(counted).toEqual([1, 1, 2]);
});

test('of many events each new one is recorded once; what is removed is new again', async () => {
  const ids = ['019A0000-0000-7000-8000-000000000003', '019a0000-0000-7000-8000-000000000001'];
  const lower = ids.map((id) => id.toLowerCase());
  expect(await database.tx((tx) => recordInInbox(tx, 'payments', [...ids, ids[0]!]))).toEqual(new Set(lower));
  const more = [...lower, '019a0000-0000-7000-8000-000000000002'];
  expect(await database.tx((tx) => recordInInbox(tx, 'payments', more))).toEqual(new Set([more[2]]));
  await database.tx((tx) => removeFromInbox(tx, 'payments', lower.slice(1)));
  expect(await database.tx((tx) => recordInInbox(tx, 'payments', more))).toEqual(new Set(lower.slice(1)));
});
