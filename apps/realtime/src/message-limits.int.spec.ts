import { realtimeV1 } from '@halftone/contracts';
import { engines, eventually, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import { SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let customer: string;

const boot = () =>
  bootReplica({ REALTIME_FEED_TOPIC: feed.topic, REALTIME_MESSAGES_PER_SECOND: '10', REALTIME_MESSAGES_AT_ONCE: '40' });

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  replica = await boot();
});
beforeEach(() => {
  customer = newCustomer();
});
afterAll(async () => {
  await replica.stop();
  await feed.close();
});

const connected = async (lifetimeSeconds = 900) =>
  WebSocketClient.connect(replica.httpUrl, { token: await testToken(customer, 'customer', lifetimeSeconds) });

test('the client gets one warning before its token expires, then the connection is closed with 4401', async () => {
  const socket = await connected(7);
  await eventually(() => expect(socket.of('expiring')).toHaveLength(1));
  expect((socket.of('expiring')[0] as unknown as { inMs: number }).inMs).toBeGreaterThan(0);
  expect(await socket.closed).toMatchObject({ code: 4401 });
  expect(socket.of('expiring')).toHaveLength(1);
});

test('a fresh token keeps the connection and its subscriptions', async () => {
  const socket = await connected(7);
  socket.send({ type: 'subscribe' });
  await eventually(() => expect(socket.of('expiring')).toHaveLength(1));
  socket.send({ type: 'auth', token: await testToken(customer) });
  await new Promise((resolve) => setTimeout(resolve, 9_000));
  await feed.publish(customer, {});
  await eventually(() => expect(socket.events).toHaveLength(1));
  expect(socket.of('error')).toEqual([]);
  await socket.close();
});

test.each([
  ["another customer's", () => testToken(newCustomer()), 'FORBIDDEN'],
  ['in another role', () => testToken(customer, 'operator'), 'FORBIDDEN'],
  ['expired', () => testToken(customer, 'customer', -1), 'TOKEN_EXPIRED'],
  ['forged', async () => 'e30.e30.e30', 'UNAUTHENTICATED'],
])('a token that is %s is refused', async (_what, token, code) => {
  const socket = await connected();
  socket.send({ type: 'auth', token: await token() });
  socket.send({ type: 'ping' });
  await eventually(() => expect(socket.of('pong')).toHaveLength(1));
  expect(socket.of('error')).toMatchObject([{ code }]);
  await socket.close();
});

test('an event stream sends `expired` and ends when its token expires', async () => {
  const stream = await SseClient.connect(replica.httpUrl, { token: await testToken(customer, 'customer', 7) });
  await eventually(() => expect(stream.frames.at(-1)).toMatchObject({ event: 'expired' }), 30_000);
});

test('a client beyond the message limit is closed with 1008, others are not', async () => {
  const [loud, quiet] = [await connected(), await connected()];
  for (let n = 0; n < 200; n += 1) loud.send({ type: 'ping' });
  expect(await loud.closed).toMatchObject({ code: 1008 });
  expect(loud.of('pong').length).toBeLessThan(150);
  quiet.send({ type: 'ping' });
  await eventually(() => expect(quiet.of('pong')).toHaveLength(1));
  await quiet.close();
});

test('all messages within the limit are answered', async () => {
  const socket = await connected();
  for (let n = 0; n < 40; n += 1) socket.send({ type: 'ping' });
  await eventually(() => expect(socket.of('pong')).toHaveLength(40));
  await socket.close();
});

describe('the protobuf subprotocol', () => {
  const messages = (data: Buffer) => realtimeV1.ServerMessage.decode(data);
  const said = (message: Parameters<typeof realtimeV1.ClientMessage.fromPartial>[0]) =>
    realtimeV1.ClientMessage.encode(realtimeV1.ClientMessage.fromPartial(message)).finish();

  async function opened(protocols: string[]) {
    const headers = { authorization: `Bearer ${await testToken(customer)}` };
    const socket = new WebSocket(`${replica.httpUrl.replace('http', 'ws')}/v1/events`, protocols, { headers });
    const received: realtimeV1.ServerMessage[] = [];
    socket.on('message', (data, isBinary) => isBinary && received.push(messages(data as Buffer)));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return { socket, received };
  }

  test('subscriptions and events, in binary frames', async () => {
    const { socket, received } = await opened(['unknown', 'halftone.v1.proto', 'halftone.v1.json']);
    expect(socket.protocol).toBe('halftone.v1.proto');
    socket.send(said({ subscribe: {} }));
    await eventually(() => expect(received).toMatchObject([{ subscribed: { channel: 'me' } }]));
    await feed.publish(customer, { data: { n: 1 } });
    await eventually(() =>
      expect(received[1]?.event).toMatchObject({ seq: 1, channel: `customer:${customer}`, data: '{"n":1}' }),
    );
    socket.close();
  });

  test('an event resumes in the other subprotocol', async () => {
    const { socket, received } = await opened(['halftone.v1.proto']);
    socket.send(said({ subscribe: { cursor: 'earliest' } }));
    await feed.publish(customer, { data: { n: 1 } });
    await feed.publish(customer, { data: { n: 2 } });
    await eventually(() => expect(received.filter(({ event }) => event)).toHaveLength(2));
    const cursor = received.find(({ event }) => event)?.event?.id ?? '';
    const json = await connected();
    json.send({ type: 'subscribe', cursor });
    await eventually(() => expect(json.events.map(({ seq }) => seq)).toEqual([2]));
    await json.close();
    socket.close();
  });

  test('text and invalid bytes are errors, and the connection stays open', async () => {
    const { socket, received } = await opened(['halftone.v1.proto']);
    socket.send('{"type":"ping"}');
    socket.send(Buffer.from('ffffffff', 'hex'));
    socket.send(said({ ping: {} }));
    await eventually(() => expect(received).toHaveLength(3));
    expect(received.map(({ error, pong }) => error?.code ?? Boolean(pong))).toEqual([
      'UNSUPPORTED_MEDIA_TYPE',
      'VALIDATION_FAILED',
      true,
    ]);
    socket.close();
  });
});
