import { connect, type Socket } from 'node:net';
import { ephemeralChannelOf } from '@halftone/contracts';
import { PubSub } from '@halftone/redis';
import { engines, eventually, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;
const limit = 65_536;
const boot = (heartbeatSeconds = '30') =>
  bootReplica({
    REALTIME_FEED_TOPIC: feed.topic,
    REALTIME_MAX_BUFFERED_BYTES: String(limit),
    REALTIME_HEARTBEAT_SECONDS: heartbeatSeconds,
  });

let replica: Awaited<ReturnType<typeof boot>>;
let customer: string;
let token: string;

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
});
beforeEach(async () => {
  replica = await boot();
  customer = newCustomer();
  token = await testToken(customer);
});
afterEach(() => replica.stop());
afterAll(() => feed.close());

const metric = async (name: string): Promise<number> => {
  const text = await (await fetch(`${replica.httpUrl}/metrics`)).text();
  return Number(new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
};

const subscribed = async () => {
  const client = await WebSocketClient.connect(replica.httpUrl, { token });
  client.send({ type: 'subscribe' });
  await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
  return client;
};

/** Publishes a megabyte at a time until the condition holds. */
async function publishUntil(holds: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 60 && !(await holds()); tries++)
    await feed.publishMany(customer, 16, { filling: 'x'.repeat(65_536) });
}

test('a WebSocket that does not read is closed as a slow consumer, and resumes without a loss', async () => {
  const slow = await subscribed();
  const quick = await subscribed();
  const closedBefore = await metric('realtime_slow_consumers_total');
  slow.socket.pause();
  await publishUntil(async () => (await metric('realtime_slow_consumers_total')) > closedBefore);
  slow.socket.resume();
  expect(await slow.closed).toMatchObject({ code: 1013, reason: expect.stringContaining('slow consumer') });

  await feed.publish(customer, {});
  await eventually(() => expect(quick.events.at(-1)?.data).toEqual({}), 20_000);
  expect(quick.events.map(({ seq }) => seq)).toEqual(quick.events.map((_, index) => index + 1));
  const again = await WebSocketClient.connect(replica.httpUrl, { token });
  again.send({ type: 'subscribe', cursor: slow.events.at(-1)?.id });
  await eventually(() => expect(again.events.at(-1)?.seq).toBe(quick.events.at(-1)?.seq), 20_000);
  expect([...slow.events, ...again.events].map(({ seq }) => seq)).toEqual(quick.events.map(({ seq }) => seq));
  await Promise.all([quick.close(), again.close()]);
});

const stalledStream = async (): Promise<Socket> => {
  const { hostname, port } = new URL(replica.httpUrl);
  const socket = connect(Number(port), hostname);
  socket.write(
    `GET /v1/events HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nAuthorization: Bearer ${token}\r\n\r\n`,
  );
  await new Promise((begun) => socket.once('data', begun));
  return socket.pause();
};

test('an event stream that does not read is disconnected', async () => {
  const cut = await metric('realtime_slow_consumers_total');
  const socket = await stalledStream();
  await publishUntil(async () => (await metric('realtime_slow_consumers_total')) > cut);
  expect(await metric('realtime_slow_consumers_total')).toBe(cut + 1);
  expect(await metric('realtime_connections{transport="sse"}')).toBe(0);
  expect(await metric('realtime_closes_total{transport="sse",reason="slow"}')).toBe(1);
  socket.destroy();
});

test('a history much larger than the limit reaches a client that reads', async () => {
  await feed.publishMany(customer, 100, { filling: 'x'.repeat(20_000) });
  const socket = await WebSocketClient.connect(replica.httpUrl, { token });
  socket.send({ type: 'subscribe', cursor: 'earliest' });
  await eventually(() => expect(socket.events).toHaveLength(100));
  await socket.close();
});

test('a WebSocket that answers no ping is closed at the second one', async () => {
  await replica.stop();
  replica = await boot('0.3');
  const { hostname, port } = new URL(replica.httpUrl);
  const socket = connect(Number(port), hostname);
  const upgrade =
    'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
  socket.write(`GET /v1/events HTTP/1.1\r\nHost: x\r\n${upgrade}\r\nAuthorization: Bearer ${token}\r\n\r\n`);
  await new Promise((closed) => socket.once('close', closed).resume());
  expect(await metric('realtime_connections{transport="websocket"}')).toBe(0);
  expect(await metric('realtime_closes_total{transport="websocket",reason="heartbeat"}')).toBe(1);
});

test('ephemeral events reach connected clients, without an id, and are not replayed', async () => {
  const socket = await subscribed();
  const stream = await SseClient.connect(replica.httpUrl, { token });
  const passing = {
    type: 'image.progress',
    subject: 'images/1',
    time: new Date().toISOString(),
    data: { progress: 50, step: 'print' },
  };
  await replica.app.get(PubSub, { strict: false }).publish(ephemeralChannelOf(`customer:${customer}`), passing);
  await replica.app
    .get(PubSub, { strict: false })
    .publish(ephemeralChannelOf(`customer:${customer}`), { type: 'of no shape' });
  await eventually(() => expect(socket.events).toEqual([passing]));
  await eventually(() =>
    expect(stream.frames.at(-1)).toEqual({ event: 'image.progress', data: JSON.stringify(passing) }),
  );
  expect((await poll(replica.httpUrl, token, { cursor: 'earliest' })).events).toEqual([]);
  stream.close();
  await socket.close();
});
