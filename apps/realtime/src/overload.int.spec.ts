import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines, eventually, scraped, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let token: string;
const customer = newCustomer();

const boot = (settings: Record<string, string>) => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, ...settings });

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  token = await testToken(customer);
});
afterEach(() => replica.stop());
afterAll(() => feed.close());

const readiness = async () => {
  const answer = await fetch(`${replica.httpUrl}/healthz/ready`);
  return { status: answer.status, ...((await answer.json()) as object) };
};
const subscribed = async () => {
  const client = await WebSocketClient.connect(replica.httpUrl, { token });
  client.send({ type: 'subscribe' });
  await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
  return client;
};
const raw = async (): Promise<{ socket: Socket; answer: Promise<string> }> => {
  const { hostname, port } = new URL(replica.httpUrl);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (bytes) => (text += bytes.toString()));
  const answer = new Promise<string>((resolve) => socket.on('close', () => resolve(text)));
  await once(socket, 'connect');
  return { socket, answer };
};

test('a full replica refuses new connections, is not ready, and still serves the existing ones', async () => {
  replica = await boot({ REALTIME_MAX_CONNECTIONS: '2' });
  const [one, two] = [await subscribed(), await subscribed()];
  await expect(WebSocketClient.connect(replica.httpUrl, { token })).rejects.toThrow('refused with 503');
  const { response } = await SseClient.connect(replica.httpUrl, { token });
  expect([response.status, response.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^[1-5]$/)]);
  expect(await response.json()).toMatchObject({ code: 'OVERLOADED' });
  await eventually(async () => expect(await readiness()).toMatchObject({ status: 'full', missing: ['capacity'] }));
  expect(await poll(replica.httpUrl, token)).toMatchObject({ status: 200 });
  await feed.publish(customer, {});
  await eventually(() => expect([one, two].map(({ events }) => events.length)).toEqual([1, 1]));
  await two.close();
  await eventually(async () => expect(await readiness()).toMatchObject({ status: 'ready' }));
  expect(await scraped('realtime_refusals_total{reason="connections"}')).toBe(2);
  const three = await subscribed();
  await Promise.all([one.close(), three.close()]);
});

test('new connections are limited to a rate: the others get Retry-After and are admitted later', async () => {
  replica = await boot({ REALTIME_ACCEPTS_PER_SECOND: '5' });
  const old = await subscribed();
  const knock = () => WebSocketClient.connect(replica.httpUrl, { token });
  const storm = await Promise.allSettled(Array.from({ length: 100 }, knock));
  const inside = storm.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const reasons = new Set(storm.flatMap((one) => (one.status === 'rejected' ? [(one.reason as Error).message] : [])));
  expect(reasons).toEqual(new Set(['refused with 503']));
  expect(inside.length).toBeGreaterThanOrEqual(4);
  expect(await readiness()).toMatchObject({ status: 'ready' });
  await feed.publish(customer, {});
  await eventually(() => expect(old.events).toHaveLength(1));
  await eventually(async () => (await knock()).close());
  await Promise.all([old, ...inside].map((client) => client.close()));
});

test('while memory is short, no transport admits a connection', async () => {
  replica = await boot({ REALTIME_MEMORY_LIMIT_BYTES: '1' });
  await eventually(async () => expect(await readiness()).toMatchObject({ status: 'full' }));
  await expect(WebSocketClient.connect(replica.httpUrl, { token })).rejects.toThrow('refused with 503');
  const cursor = 'earliest';
  for (const query of [{}, { cursor }, { cursor, wait: '1' }])
    expect(await poll(replica.httpUrl, token, query)).toMatchObject({ status: 503, code: 'OVERLOADED' });
  expect((await SseClient.connect(replica.httpUrl, { token })).response.status).toBe(503);
});

test('short polls are limited to a rate too', async () => {
  replica = await boot({ REALTIME_ACCEPTS_PER_SECOND: '5' });
  const answers = await Promise.all(Array.from({ length: 100 }, () => poll(replica.httpUrl, token)));
  const codes = new Set(answers.flatMap(({ code }) => code ?? []));
  expect(codes).toEqual(new Set(['OVERLOADED']));
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(4);
});

test('a connection without a timely request gets 408 and is closed, others are not', async () => {
  replica = await boot({ REALTIME_HANDSHAKE_SECONDS: '4' });
  const silent = await raw();
  const half = await raw();
  half.socket.write('GET /v1/events HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n');
  const slow = await raw();
  const head = [...'GET /v1/events HTTP/1.1\r\nHost: x\r\n'];
  const dripping = setInterval(() => slow.socket.write(head.shift() ?? 'x'), 100);
  slow.socket.on('error', () => undefined);
  const [stays, stream] = [await subscribed(), await SseClient.connect(replica.httpUrl, { token })];
  const answers = await Promise.all([silent.answer, half.answer, slow.answer]);
  clearInterval(dripping);
  expect(answers).toEqual(answers.map(() => expect.stringMatching(/^HTTP\/1\.1 408 /)));
  await sleep(5_000);
  await feed.publish(customer, {});
  await eventually(() => expect([stays, stream].map(({ events }) => events.length)).toEqual([1, 1]));
  stream.close();
  await stays.close();
});
