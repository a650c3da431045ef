import { setTimeout as sleep } from 'node:timers/promises';
import { channelOf } from '@halftone/contracts';
import { engines, eventually, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import { BACKPLANE, type Backplane } from './feed/backplane.service';
import { FeedService, maxPages } from './fanout/feed.service';
import { poll } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { inUse, mebibyte } from './fixture/memory.fixture';
import { bootReplica } from './fixture/replica.fixture';

jest.setTimeout(180_000);

const count = 40_000;
const { brokers } = engines();
const customer = newCustomer();
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let token: string;
let oldest: string;

/** A replica with a tiny window, so that everything comes from Kafka. */
const boot = () => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, REALTIME_WINDOW_BYTES: String(mebibyte) });

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  await feed.publish(customer, {});
  [replica, token] = await Promise.all([boot(), testToken(customer)]);
  oldest = (await poll(replica.httpUrl, token, { cursor: 'earliest' })).cursor;
  for (let published = 0; published < count; published += 1_000)
    await feed.publishMany(customer, 1_000, { text: 'x'.repeat(200) });
});
afterAll(async () => {
  await replica.stop();
  await feed.close();
});

/** A client that counts events and stores none. */
class Counter {
  received = 0;
  outOfOrder = 0;
  resets = 0;
  private constructor(readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.take(data.toString('latin1')));
  }

  static async from(cursor: string): Promise<Counter> {
    const url = `${replica.httpUrl.replace('http', 'ws')}/v1/events`;
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    const counter = new Counter(socket);
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    socket.send(JSON.stringify({ type: 'subscribe', cursor }));
    return counter;
  }

  private take(message: string): void {
    if (message.startsWith('{"type":"reset"')) this.resets += 1;
    const seq = /"seq":(\d+)/.exec(message)?.[1];
    if (seq === undefined) return;
    this.received += 1;
    if (Number(seq) !== this.received + 1) this.outOfOrder += 1;
  }
}

test('an old cursor gets all events since then, in order, from Kafka', async () => {
  const client = await Counter.from(oldest);
  await eventually(() => expect(client.received).toBe(count), 90_000);
  expect(client).toMatchObject({ outOfOrder: 0, resets: 0 });
  await feed.publish(customer, {});
  await eventually(() => expect(client.received).toBe(count + 1));
  client.socket.close();
});

test('twenty clients with an old cursor that do not read take one page each, and delay no other', async () => {
  const before = await inUse();
  const idle = await Promise.all(Array.from({ length: 20 }, () => Counter.from(oldest)));
  for (const { socket } of idle) socket.pause();
  const { cursor } = await poll(replica.httpUrl, token);
  await sleep(3_000);
  // The full past is 10 MiB per client; the outbound limit is 1 MiB, and as much may be read ahead.
  expect((await inUse()) - before).toBeLessThan(20 * 3 * mebibyte);
  await feed.publish(customer, {});
  expect(await poll(replica.httpUrl, token, { cursor, wait: '10' })).toMatchObject({ status: 200, events: [{}] });
  for (const { socket } of idle) socket.terminate();
});

test('concurrent requests for the same page share one read, later ones do not', async () => {
  const channel = channelOf(customer);
  const partition = replica.app.get<Backplane>(BACKPLANE).partitionOf(channel);
  const read = () => replica.app.get(FeedService).readLog(channel, { partition, from: 0, to: 100 });
  const [one, other, foreign] = await Promise.all([
    ...[read(), read()],
    replica.app.get(FeedService).readLog('gallery', { partition, from: 0, to: 100 }),
  ]);
  expect(one?.events).toHaveLength(100);
  expect(other).toBe(one);
  expect(foreign?.events).toEqual([]);
  expect(await read()).not.toBe(one);
});

test('a poll reads a bounded part of the past, and its cursor leads to the rest', async () => {
  const stranger = newCustomer();
  const partitionOf = (name: string) =>
    replica.app.get<Backplane>(BACKPLANE, { strict: false }).partitionOf(channelOf(name));
  let other = stranger;
  while (partitionOf(other) !== partitionOf(customer)) other = newCustomer();
  const theirs = await testToken(other);
  const read = jest.spyOn(replica.app.get<Backplane>(BACKPLANE, { strict: false }), 'read');
  const first = await poll(replica.httpUrl, theirs, { cursor: 'earliest' });
  expect(first).toMatchObject({ status: 200, events: [] });
  expect(read.mock.calls.length).toBeLessThanOrEqual(5);
  let polls = 1;
  for (let { cursor } = first, was = ''; cursor !== was && polls < 50; polls += 1) {
    was = cursor;
    ({ cursor } = await poll(replica.httpUrl, theirs, { cursor, wait: '0' }));
  }
  expect(polls).toBeGreaterThan(3);
  expect(read.mock.calls.length).toBeLessThan(50);
  read.mockRestore();
});

test('beyond the maximum of concurrent pages a request gets OVERLOADED', async () => {
  const service = replica.app.get(FeedService, { strict: false });
  const partition = replica.app.get<Backplane>(BACKPLANE, { strict: false }).partitionOf(channelOf(customer));
  const asked = Array.from({ length: maxPages + 1 }, (_, from) =>
    service.readLog(channelOf(customer), { partition, from, to: from + 1 }),
  );
  const ends = await Promise.allSettled(asked);
  expect(ends.slice(0, -1).every(({ status }) => status === 'fulfilled')).toBe(true);
  expect(ends.at(-1)).toMatchObject({ status: 'rejected', reason: { code: 'OVERLOADED' } });
});
