import dns from 'node:dns';
import type { Topic } from '@halftone/contracts';
import { runInCall } from '@halftone/service';
import { eventually, freshSchema, type FreshSchema, TcpProxy } from '@halftone/testing';
import { sql } from 'kysely';
import { openPool } from './connections';
import { Database } from './database';
import { appendEvent, type OutboxRow } from './outbox';
import { OutboxRelay } from './outbox-relay';

/** The server has a name, as in a cluster. After a restart the name resolves to another address. */
let address = '127.0.9.1';
let schema: FreshSchema;
let proxy: TcpProxy;
let relay: OutboxRelay;
let database: Database;
const published: OutboxRow[] = [];

const topic: Topic<string> = {
  name: 'test',
  partitions: 1,
  codec: { encode: (text: string) => ({ finish: () => Buffer.from(text) }), decode: String },
} as never;

beforeAll(async () => {
  const lookup = dns.lookup as (...args: unknown[]) => void;
  jest.spyOn(dns, 'lookup').mockImplementation(((host: string, options: { all?: boolean }, done: Answer) => {
    if (host !== 'postgres.test') return lookup(host, options, done);
    if (options.all) done(null, [{ address, family: 4 }]);
    else done(null, address, 4);
  }) as never);
  schema = await freshSchema('away');
  proxy = await TcpProxy.reserve(new URL(schema.url));
  await proxy.open(address);
  const url = Object.assign(new URL(schema.url), { host: `postgres.test:${proxy.port}`, search: '' }).href;
  relay = new OutboxRelay(url, 'away');
  database = new Database(openPool(url, 4, 'away'), () => relay.wake());
  await database.migrate('away', []);
  relay.start(async (rows) => void published.push(...rows));
});
afterAll(async () => {
  proxy.close();
  await Promise.allSettled([relay.stop(), database.close()]);
  await schema.drop();
  jest.restoreAllMocks();
});

type Answer = (error: null, found: string | { address: string; family: number }[], family?: number) => void;

const append = (value: string) =>
  database.tx((tx) => appendEvent(tx, { topic, type: 't', subject: 's', key: 'k', sequence: 1, value }));
const values = () => published.map(({ value }) => String(value));

test('while it is down every call fails soon; when it returns under another address, pool and relay find it', async () => {
  await append('before');
  await eventually(() => expect(values()).toContain('before'));
  proxy.close();
  const began = performance.now();
  for (let turn = 0; turn < 5; turn += 1) await expect(database.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(performance.now() - began).toBeLessThan(8_000);

  address = '127.0.9.2';
  await proxy.open(address);
  await eventually(() => append('after'));
  await eventually(() => expect(values()).toContain('after'));
});

test('a silent server and its connections are given up soon after the deadline', async () => {
  await Promise.all(Array.from({ length: 4 }, () => sql`select pg_sleep(0.05)`.execute(database.rows)));
  proxy.mute();
  const began = performance.now();
  const within = (deadlineMs: number) => runInCall({ deadline: Date.now() + deadlineMs }, () => append('silent'));
  const outcomes = await Promise.allSettled(Array.from({ length: 4 }, () => within(1_000)));
  expect(outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code)).toEqual(
    Array(4).fill('DEADLINE_EXCEEDED'),
  );
  expect(performance.now() - began).toBeLessThan(8_000);
  await within(20_000);
});
