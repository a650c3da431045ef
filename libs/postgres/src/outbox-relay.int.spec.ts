import { setTimeout as sleep } from 'node:timers/promises';
import { Wakeup } from '@halftone/service';
import { eventually, freshSchema, type FreshSchema, scraped } from '@halftone/testing';
import { sql } from 'kysely';
import { Client } from 'pg';
import { openPool } from './connections';
import { Database } from './database';
import { appendEvent, type OutboxRow } from './outbox';
import { OutboxRelay, type Publish } from './outbox-relay';

const topic = {
  name: 'test',
  partitions: 1,
  codec: {
    encode: (n: number) => ({ finish: () => Buffer.from(String(n)) }),
    decode: (bytes: Uint8Array) => Number(Buffer.from(bytes)),
  },
};

let schema: FreshSchema;
let relays: OutboxRelay[];
let database: Database;
let published: OutboxRow[];
const publish: Publish = async (rows) => void published.push(...rows);
const values = () => published.map((row) => Number(row.value));

beforeEach(async () => {
  schema = await freshSchema('orders');
  relays = [];
  published = [];
  database = new Database(openPool(schema.url, 8, 'test'), () => relays.forEach((relay) => relay.wake()));
  await database.migrate('orders', []);
});
afterEach(async () => {
  await Promise.all(relays.map((relay) => relay.stop()));
  await database.close();
  await schema.drop();
});

function newRelay(publishing = publish): OutboxRelay {
  const relay = new OutboxRelay(schema.url, 'orders');
  relays.push(relay);
  relay.start(publishing);
  return relay;
}

const append = (...numbers: number[]) =>
  database.tx(async (tx) => {
    for (const n of numbers)
      await appendEvent(tx, { topic, type: 'n', subject: `n/${n}`, key: 'k', sequence: n, value: n });
  });

const left = async () => (await database.rows.selectFrom('outbox').select('id').execute()).length;

const killRelays = async () => {
  const other = openPool(schema.url, 1, 'killer');
  await other.query(`select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where application_name = 'orders-relay' and usename = current_user`);
  await other.end();
};

/** The answer to the first NOTIFY comes when it is released; `held` resolves when the server has sent it. */
function holdFirstNotify(): { held: Promise<void>; release: () => void } {
  const held = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const query = Client.prototype.query as (this: Client, ...args: unknown[]) => Promise<unknown>;
  jest.spyOn(Client.prototype, 'query').mockImplementation(async function (this: Client, ...args: unknown[]) {
    const answer = await query.apply(this, args);
    if (String(args[0]).startsWith('notify')) {
      held.resolve();
      await released.promise;
    }
    return answer;
  } as never);
  return { held: held.promise, release: released.resolve };
}

const relayIsConnected = (relay: OutboxRelay) => (relay as unknown as { client?: Client }).client !== undefined;

const count = (n: number, from = 1) => Array.from({ length: n }, (_, i) => from + i);

test('committed events are published in order and deleted; events of a rollback are not published', async () => {
  newRelay();
  await append(1, 2, 3);
  const failing = database.tx(async (tx) => {
    await appendEvent(tx, { topic, type: 'n', subject: 'n/9', key: 'k', sequence: 9, value: 9 });
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  await append(4);
  await eventually(() => expect(values()).toEqual([1, 2, 3, 4]));
  await eventually(async () => expect(await left()).toBe(0));
});

test('a delete does not wait for the disk, and appending an event does', async () => {
  await schema.alter(`
    create table orders.seen (work text, synchronous_commit text);
    grant all on orders.seen to ${schema.name};
    create function orders.see() returns trigger language plpgsql as $$ begin
      insert into orders.seen values (tg_op, current_setting('synchronous_commit')); return null;
    end $$;
    create trigger see after insert or delete on orders.outbox for each statement execute function orders.see()`);
  newRelay();
  await append(1);
  await eventually(async () => expect(await left()).toBe(0));
  expect((await sql`select * from seen`.execute(database.rows)).rows).toEqual([
    { work: 'INSERT', synchronous_commit: 'on' },
    { work: 'DELETE', synchronous_commit: 'off' },
  ]);
});

test('the wake-up after the commit publishes, not the poll', async () => {
  const { within } = Wakeup.prototype;
  const poll = jest.spyOn(Wakeup.prototype, 'within').mockImplementation(function (this: Wakeup) {
    return within.call(this, 120_000);
  });
  newRelay();
  await eventually(() => expect(poll).toHaveBeenCalled());
  await append(0);
  await eventually(() => expect(values()).toEqual([0]));
  poll.mockRestore();
});

test('a standby whose wake-ups follow each other closely wakes the active relay for each of them', async () => {
  newRelay();
  await append(0);
  await eventually(async () => expect(await left()).toBe(0));
  const { within } = Wakeup.prototype;
  const poll = jest.spyOn(Wakeup.prototype, 'within').mockImplementation(function (this: Wakeup, ms: number) {
    return within.call(this, ms === 1_000 ? 120_000 : ms);
  });
  const { held, release } = holdFirstNotify();
  const standby = newRelay();
  const appendThere = new Database(openPool(schema.url, 1, 'there'), () => standby.wake());
  await eventually(() => expect(relayIsConnected(standby)).toBe(true));
  await eventually(() => expect(poll).toHaveBeenCalledWith(1_000));
  standby.wake();
  await held;
  await appendThere.tx((tx) => appendEvent(tx, { topic, type: 'n', subject: 'n/1', key: 'k', sequence: 1, value: 1 }));
  release();
  await eventually(() => expect(values()).toEqual([0, 1]));
  await appendThere.close();
  jest.restoreAllMocks();
});

test('several batches while the relay keeps losing its connection: all are published, first times in order', async () => {
  const slowly: Publish = async (rows) => {
    await sleep(5);
    await publish(rows);
  };
  newRelay(slowly);
  await append(...count(1200));
  const writing = (async () => {
    for (const n of count(60, 1201)) await append(n);
  })();
  for (let kill = 0; kill < 3; kill++) {
    await sleep(100);
    await killRelays();
  }
  await writing;
  await eventually(async () => expect(await left()).toBe(0));
  expect([...new Set(values())]).toEqual(count(1260));
});

test('a relay that dies between publishing and deleting publishes again with the same event id', async () => {
  let cut = true;
  newRelay(async (rows) => {
    await publish(rows);
    if (cut) await killRelays();
    cut = false;
  });
  await append(1);
  await eventually(() => expect(values()).toEqual([1, 1]));
  expect(new Set(published.map((row) => row.eventId)).size).toBe(1);
  await eventually(async () => expect(await left()).toBe(0));
});

test('of several relays one publishes; another takes over when it stops; every replica can wake the active one', async () => {
  const by: string[] = [];
  const first = newRelay(async () => void by.push('first'));
  await append(1);
  await eventually(() => expect(by).toEqual(['first']));
  newRelay(async () => void by.push('second'));
  for (const n of count(20)) await append(n);
  await eventually(async () => expect(await left()).toBe(0));
  expect(new Set(by)).toEqual(new Set(['first']));
  await first.stop();
  by.length = 0;
  await append(3);
  await eventually(() => expect(by).toEqual(['second']));
});

test('a broker that refuses loses nothing, and two batches are never in flight', async () => {
  let running = 0;
  let most = 0;
  let refusals = 3;
  newRelay(async (rows) => {
    most = Math.max(most, ++running);
    await sleep(10);
    running -= 1;
    if (refusals-- > 0) throw new Error('broker unavailable');
    await publish(rows);
  });
  await append(1, 2);
  await append(3);
  await eventually(() => expect(values()).toEqual([1, 2, 3]));
  expect(most).toBe(1);
});

test('stop publishes what was committed before it', async () => {
  const relay = newRelay();
  await append(...count(700));
  await relay.stop();
  expect(values()).toEqual(count(700));
  expect(await left()).toBe(0);
});

test('the backlog metric stays while the broker is unavailable, and is 0 once all is published', async () => {
  let away = true;
  let refusals = 0;
  newRelay(async (rows) => {
    refusals += 1;
    if (away) throw new Error('broker unavailable');
    await publish(rows);
  });
  await append(1, 2);
  await eventually(() => expect(refusals).toBeGreaterThan(0));
  const seen: number[] = [];
  for (; refusals < 4; await sleep(5)) seen.push(await scraped('outbox_pending{schema="orders"}'));
  expect(new Set(seen)).toEqual(new Set([2]));
  expect(await scraped('outbox_age_seconds{schema="orders"}')).toBeGreaterThan(0.1);
  away = false;
  await eventually(async () => expect(await scraped('outbox_pending{schema="orders"}')).toBe(0));
});

test.each([
  ['value', { value: 2 ** 20 }],
  ['key', { key: 'k'.repeat(2 ** 20) }],
])(
  'an event whose %s is too large for the broker fails its own transaction, so it blocks no other event',
  async (_, asked) => {
    const large = {
      ...topic,
      codec: { ...topic.codec, encode: (size: number) => ({ finish: () => Buffer.alloc(size) }) },
    };
    const appending = database.tx((tx) =>
      appendEvent(tx, { topic: large, type: 'n', subject: 'n/1', key: 'k', sequence: 1, value: 1, ...asked }),
    );
    await expect(appending).rejects.toMatchObject({ code: 'EVENT_TOO_LARGE' });
    newRelay();
    await append(2);
    await eventually(() => expect(values()).toEqual([2]));
  },
);
