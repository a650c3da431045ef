import { engines, eventually, scraped, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;
const boot = () => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, REALTIME_HEARTBEAT_SECONDS: '1' });

let replica: Awaited<ReturnType<typeof boot>>;
let customer: string;
let token: string;

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  replica = await boot();
});
beforeEach(async () => {
  customer = newCustomer();
  token = await testToken(customer);
});
afterAll(async () => {
  await replica.stop();
  await feed.close();
});

const subscribed = async (channel: string, cursor?: string) => {
  const client = await WebSocketClient.connect(replica.httpUrl, { token });
  client.send({ type: 'subscribe', channel, ...(cursor && { cursor }) });
  await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
  return client;
};

test('every transport sends the same ids in the same order', async () => {
  const start = await poll(replica.httpUrl, token);
  expect(start).toMatchObject({ status: 200, events: [] });
  const socket = await subscribed('me');
  const stream = await SseClient.connect(replica.httpUrl, { token });
  await feed.publishMany(customer, 30);

  await eventually(() => expect(socket.events).toHaveLength(30));
  await eventually(() => expect(stream.events).toHaveLength(30));
  expect(await scraped('realtime_feed_delay_seconds_count')).toBe(30);
  expect(await scraped('realtime_deliveries_total')).toBe(60);
  const polled = await poll(replica.httpUrl, token, { cursor: start.cursor });
  expect(socket.events.map(({ seq }) => seq)).toEqual(Array.from({ length: 30 }, (_, index) => index + 1));
  expect(stream.events).toEqual(socket.events);
  expect(polled.events).toEqual(socket.events);
  expect(stream.frames.filter(({ data }) => data).map(({ id, event }) => ({ id, event }))).toEqual(
    socket.events.map(({ id }) => ({ id, event: 'order.paid' })),
  );
  stream.close();
  await socket.close();
});

test('a long poll returns the first event and the cursor after it', async () => {
  const { cursor } = await poll(replica.httpUrl, token, { wait: '30' });
  const waiting = poll(replica.httpUrl, token, { wait: '30', cursor });
  await feed.publish(customer, { data: { total: 100 } });
  const answer = await waiting;
  expect(answer.events).toMatchObject([
    { seq: 1, channel: `customer:${customer}`, type: 'order.paid', data: { total: 100 } },
  ]);
  expect(answer.cursor).toBe(answer.events[0]?.id);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test('a long poll without news is a 204, a short poll has Retry-After', async () => {
  const { cursor } = await poll(replica.httpUrl, token);
  expect((await poll(replica.httpUrl, token, { wait: '1', cursor })).status).toBe(204);
  const short = await poll(replica.httpUrl, token, { cursor });
  expect(short).toMatchObject({ status: 200, events: [] });
  expect(Number(short.headers.get('retry-after'))).toBeGreaterThan(0);
});

test('a long history comes in pages, each with the cursor to the next', async () => {
  await feed.publishMany(customer, 1200);
  const seqs: number[] = [];
  let cursor = 'earliest';
  await eventually(async () => {
    const answer = await poll(replica.httpUrl, token, { cursor });
    seqs.push(...answer.events.map(({ seq }) => seq));
    cursor = answer.cursor;
    expect(seqs).toHaveLength(1200);
  });
  expect(seqs).toEqual(Array.from({ length: 1200 }, (_, index) => index + 1));
});

test('a record that is twice in Kafka is sent once', async () => {
  const socket = await subscribed('me');
  await feed.publish(customer, {}, {}, { seq: 1 }, { seq: 2 }, {});
  await eventually(() => expect(socket.events.at(-1)?.seq).toBe(3));
  expect(socket.events.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  await socket.close();
});

test('a filter selects one order, and an event of two subscriptions is sent once', async () => {
  const filtered = await subscribed('order:7');
  const both = await subscribed('me');
  both.send({ type: 'subscribe', channel: 'order:7' });
  await eventually(() => expect(both.of('subscribed')).toHaveLength(2));
  await feed.publish(
    customer,
    { subject: 'orders/6' },
    { subject: 'orders/7' },
    { subject: 'orders/77' },
    { subject: 'orders/7' },
  );
  await eventually(() => expect(both.events).toHaveLength(4));
  await eventually(() => expect(filtered.events.map(({ seq }) => seq)).toEqual([2, 4]));
  expect(both.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  await Promise.all([filtered.close(), both.close()]);
});

test("no events are sent after unsubscribing, and never other customers'", async () => {
  const socket = await subscribed('me');
  await feed.publish(newCustomer(), {});
  socket.send({ type: 'unsubscribe', channel: 'me' });
  await eventually(() => expect(socket.of('unsubscribed')).toHaveLength(1));
  await feed.publish(customer, {});
  const { events } = await poll(replica.httpUrl, token, {
    cursor: socket.of('subscribed')[0]?.cursor ?? '',
    wait: '10',
  });
  expect(events).toHaveLength(1);
  expect(socket.events).toEqual([]);
  await socket.close();
});

test('invalid messages get an error, and the connection stays open', async () => {
  const socket = await WebSocketClient.connect(replica.httpUrl, { token });
  socket.send('{');
  socket.send({ type: 'shout' });
  socket.send({ type: 'subscribe', chanel: 'me' });
  socket.send({ type: 'subscribe', channel: 'customer:somebody-else' });
  socket.send({ type: 'subscribe', cursor: 'garbage' });
  socket.send({ type: 'ping' });
  await eventually(() => expect(socket.of('pong')).toHaveLength(1));
  expect(socket.of('error').map(({ code }) => code)).toEqual([
    'MALFORMED_JSON',
    'VALIDATION_FAILED',
    'VALIDATION_FAILED',
    'FORBIDDEN',
    'CURSOR_INVALID',
  ]);
  await socket.close();
});

test('a message beyond the size limit closes its connection only', async () => {
  const [loud, quiet] = await Promise.all([subscribed('me'), subscribed('me')]);
  loud.send('x'.repeat(65_537));
  expect((await loud.closed).code).toBe(1009);
  await feed.publish(customer, {});
  await eventually(() => expect(quiet.events).toHaveLength(1));
  await quiet.close();
});

test('an event stream starts with its cursor and sends comments while idle', async () => {
  const stream = await SseClient.connect(replica.httpUrl, { token });
  await eventually(() => expect(stream.comments).toBeGreaterThan(1));
  expect(stream.frames).toEqual([{ retry: expect.stringMatching(/^[345]\d{3}$/), id: expect.any(String) }]);
  expect(stream.response.headers.get('content-type')).toContain('text/event-stream');
  expect(stream.response.headers.get('x-accel-buffering')).toBe('no');
  expect(stream.response.headers.get('cache-control')).toBe('no-store');
  stream.close();
});
