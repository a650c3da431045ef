import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, freshSchema, type FreshSchema, scraped } from '@halftone/testing';
import { openPool } from './connections';
import { Database } from './database';
import { appendEvent, type OutboxRow } from './outbox';
import { OutboxRelay, type Publish } from './outbox-relay';
import { Wakeup } from './wakeup';

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
  database = new Database(openPool(schema.url, 8, 'test'), () => relays.forEach((relay) => relay.poke()));
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

const count = (n: number, from = 1) => Array.from({ length: n }, (_, i) => from + i);

test('what is committed is published in order and deleted; what is rolled back is not', async () => {
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

test('it is the poke after the commit that publishes, not the poll', async () => {
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

test('more than a batch, while the relay loses its connection again and again: everything, each first time in order', async () => {
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

test('a relay that died between publishing and deleting publishes again, under the same event id', async () => {
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

test('of several relays one publishes; another takes over when it stops, and hears pokes of the others before', async () => {
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

test('a broker that refuses loses nothing, and never has two batches at once', async () => {
  let running = 0;
  let most = 0;
  let refusals = 3;
  newRelay(async (rows) => {
    most = Math.max(most, ++running);
    await sleep(10);
    running -= 1;
    if (refusals-- > 0) throw new Error('broker away');
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

test('while the broker is away the backlog is told without a break, and it is 0 once all is published', async () => {
  let away = true;
  let refusals = 0;
  newRelay(async (rows) => {
    refusals += 1;
    if (away) throw new Error('broker away');
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
