import { setTimeout as sleep } from 'node:timers/promises';
import { channelOf } from '@halftone/contracts';
import { engines, eventually, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import { BACKPLANE, type Backplane } from './backplane/feed.backplane';
import { FeedService } from './feed/feed.service';
import { poll } from './fixture/clients.fixture';
import { FeedWriter, someCustomer } from './fixture/feed.fixture';
import { inUse, mebibyte } from './fixture/memory.fixture';
import { bootReplica } from './fixture/replica.fixture';

jest.setTimeout(180_000);

const count = 40_000;
const { brokers } = engines();
const customer = someCustomer();
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let token: string;
let oldest: string;

/** A replica that remembers next to nothing, so that everything comes from Kafka. */
const boot = () => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, REALTIME_WINDOW_BYTES: String(mebibyte) });

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  await feed.tell(customer, {});
  [replica, token] = await Promise.all([boot(), testToken(customer)]);
  oldest = (await poll(replica.httpUrl, token, { cursor: 'earliest' })).cursor;
  for (let told = 0; told < count; told += 1_000) await feed.tellMany(customer, 1_000, { text: 'x'.repeat(200) });
});
afterAll(async () => {
  await replica.stop();
  await feed.close();
});

/** A client that counts and keeps nothing. */
class Counter {
  heard = 0;
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
    this.heard += 1;
    if (Number(seq) !== this.heard + 1) this.outOfOrder += 1;
  }
}

test('a cursor of long ago brings everything since, in order, from Kafka', async () => {
  const client = await Counter.from(oldest);
  await eventually(() => expect(client.heard).toBe(count), 90_000);
  expect(client).toMatchObject({ outOfOrder: 0, resets: 0 });
  await feed.tell(customer, {});
  await eventually(() => expect(client.heard).toBe(count + 1));
  client.socket.close();
});

test('twenty that come with it and do not read cost a piece of it each, and keep nobody waiting', async () => {
  const before = await inUse();
  const idle = await Promise.all(Array.from({ length: 20 }, () => Counter.from(oldest)));
  for (const { socket } of idle) socket.pause();
  const { cursor } = await poll(replica.httpUrl, token);
  await sleep(3_000);
  // Each could have had 10 MiB: the limit of what waits for it is 1, and as much may be read ahead.
  expect((await inUse()) - before).toBeLessThan(20 * 3 * mebibyte);
  await feed.tell(customer, {});
  expect(await poll(replica.httpUrl, token, { cursor, wait: '10' })).toMatchObject({ status: 200, events: [{}] });
  for (const { socket } of idle) socket.terminate();
});

test('those who want the same piece of the past while it is read are given the same, and nobody after them', async () => {
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
