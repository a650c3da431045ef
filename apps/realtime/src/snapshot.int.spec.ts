import { type FeedEvent, RealtimeClient, type SubscriptionOptions, transportNames } from '@halftone/client';
import { channelOf } from '@halftone/contracts';
import { bootService, engines, eventually, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { SnapshotTable, snapshotService } from './fixture/notifications.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
const table = new SnapshotTable();
let notifications: Awaited<ReturnType<typeof bootNotifications>>;
let feed: FeedWriter;
let replica: Awaited<ReturnType<typeof boot>>;
let customer: string;
let token: string;

const bootNotifications = () => bootService(snapshotService(table));
const boot = () => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, NOTIFICATIONS_GRPC: notifications.grpcUrl ?? '' });

beforeAll(async () => {
  notifications = await bootNotifications();
  feed = await FeedWriter.open(brokers);
  replica = await boot();
});
beforeEach(async () => {
  customer = newCustomer();
  token = await testToken(customer);
  table.duringRead = () => Promise.resolve();
  table.customers.length = 0;
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
});
afterAll(async () => {
  await replica.stop();
  await notifications.stop();
  await feed.close();
});

const clients: RealtimeClient[] = [];

/** A page that starts with a snapshot, and everything it receives; a snapshot appears as a list of its numbers. */
function begin(transport: (typeof transportNames)[number], options: Partial<SubscriptionOptions> = {}) {
  const received: (number | number[])[] = [];
  const client = new RealtimeClient({
    urls: [replica.httpUrl],
    transports: [transport],
    token: () => Promise.resolve(options.channel === 'gallery' ? undefined : token),
    connect: (url, protocols, headers) => new WebSocket(url, protocols, { headers }),
  });
  const seqs = (events: readonly FeedEvent[]) => events.map(({ seq }) => seq);
  const subscription = client.subscribe({
    snapshot: true,
    snapshotted: (events) => received.push(seqs(events)),
    event: ({ seq }) => received.push(seq),
    ...options,
  });
  clients.push(client.connect());
  return { received, subscription };
}

describe.each(transportNames)('over %s', (transport) => {
  test('the stream skips the events of the snapshot, although Kafka is behind', async () => {
    await feed.publishMany(customer, 3);
    table.rows.set(channelOf(customer), [
      { seq: 5, subject: 'orders/2' },
      { seq: 3, subject: 'orders/1' },
    ]);
    const { received, subscription } = begin(transport);
    await eventually(() => expect(received).toEqual([[3, 5]]));
    await feed.publishMany(customer, 3);
    await eventually(() => expect(received).toEqual([[3, 5], 6]));
    expect(subscription.gaps).toBe(0);
    expect(table.customers).toEqual([customer]);
  });

  test('events during the read come after the snapshot', async () => {
    await feed.publishMany(customer, 3);
    const watching = await WebSocketClient.connect(replica.httpUrl, { token });
    watching.send({ type: 'subscribe', cursor: 'earliest' });
    await eventually(() => expect(watching.events).toHaveLength(3));
    table.rows.set(channelOf(customer), [{ seq: 3, subject: 'orders/1' }]);
    table.duringRead = async () => {
      await feed.publishMany(customer, 2);
      await eventually(() => expect(watching.events).toHaveLength(5));
    };
    const { received } = begin(transport);
    await eventually(() => expect(received).toEqual([[3], 4, 5]));
    await watching.close();
  });

  test('the snapshot of an order has only its events of the requested types', async () => {
    table.rows.set(channelOf(customer), [
      { seq: 4, subject: 'orders/1', type: 'order.shipped' },
      { seq: 2, subject: 'orders/7', type: 'order.placed' },
      { seq: 1, subject: 'orders/7', type: 'order.paid' },
    ]);
    const { received } = begin(transport, { channel: 'order:7', types: ['order.paid'] });
    await eventually(() => expect(received).toEqual([[1]]));
    await feed.publish(customer, { seq: 5, subject: 'orders/7', type: 'order.shipped' });
    await feed.publish(customer, { seq: 6, subject: 'orders/7' }, { seq: 7, subject: 'orders/1' });
    await feed.publish(customer, { seq: 8, subject: 'orders/7' });
    await eventually(() => expect(received).toEqual([[1], 6, 8]));
  });

  test('the gallery is public, also for anonymous clients', async () => {
    const last = table.rows.get('gallery')?.[0]?.seq ?? 0;
    await feed.publishTo('gallery', { subject: 'gallery/orders-paid' });
    table.rows.set('gallery', [{ seq: last + 1, subject: 'gallery/orders-paid' }]);
    const { received } = begin(transport, { channel: 'gallery' });
    await eventually(() => expect(received).toEqual([[last + 1]]));
    await feed.publishTo('gallery', { subject: 'gallery/orders-paid' });
    table.rows.set('gallery', [{ seq: last + 2, subject: 'gallery/orders-paid' }]);
    await eventually(() => expect(received).toEqual([[last + 1], last + 2]));
    expect(table.customers).toEqual([undefined]);
  });
});

test('a snapshot excludes a cursor', async () => {
  const { cursor } = await poll(replica.httpUrl, token);
  const answer = await poll(replica.httpUrl, token, { snapshot: 'true', cursor });
  expect(answer).toMatchObject({ status: 400, code: 'VALIDATION_FAILED' });
});

test('a reconnecting event stream resumes from its last id, not with a snapshot', async () => {
  table.rows.set(channelOf(customer), [{ seq: 1, subject: 'orders/1' }]);
  await feed.publishMany(customer, 1);
  const first = await SseClient.connect(replica.httpUrl, { token }, { snapshot: 'true' });
  await eventually(() => expect(first.frames[0]).toMatchObject({ event: 'snapshot' }));
  const { id = '', data = '' } = first.frames[0] ?? {};
  expect(JSON.parse(data)).toMatchObject({ channel: 'me', cursor: id, events: [{ seq: 1 }] });
  first.close();
  await feed.publishMany(customer, 1);
  const again = await SseClient.connect(replica.httpUrl, { token }, { snapshot: 'true' }, { 'last-event-id': id });
  await eventually(() => expect(again.events.map(({ seq }) => seq)).toEqual([2]));
  again.close();
});

test('without credentials there is only the gallery', async () => {
  expect((await poll(replica.httpUrl, undefined)).status).toBe(401);
  expect((await poll(replica.httpUrl, undefined, { channel: 'order:7' })).status).toBe(401);
  expect((await poll(replica.httpUrl, 'stale', { channel: 'gallery' })).status).toBe(401);
  await expect(WebSocketClient.connect(replica.httpUrl, {})).rejects.toThrow('refused with 401');
  const url = `${replica.httpUrl.replace('http', 'ws')}/v1/events?channel=gallery`;
  const codes: string[] = [];
  const socket = new WebSocket(url, 'halftone.v1.json');
  socket.on('message', (data) => codes.push((JSON.parse(String(data)) as { code: string }).code));
  await new Promise((open) => socket.once('open', open));
  socket.send(JSON.stringify({ type: 'subscribe', channel: 'me' }));
  socket.send(JSON.stringify({ type: 'chat.join', room: 'support:alice' }));
  socket.send(JSON.stringify({ type: 'rtc.join', room: 'call:1' }));
  socket.send(JSON.stringify({ type: 'cancel', imageId: '0199a1a0-0000-7000-8000-000000000000' }));
  await eventually(() => expect(codes).toHaveLength(4));
  expect(new Set(codes)).toEqual(new Set(['UNAUTHENTICATED']));
  socket.close();
});

test('a short poll without news is a 304 for its ETag', async () => {
  await feed.publishMany(customer, 2);
  const ask = (cursor: string, tag: string) =>
    fetch(`${replica.httpUrl}/v1/events?cursor=${cursor}`, {
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'if-none-match': tag },
    });
  const { cursor, tag } = await eventually(async () => {
    const first = await ask('earliest', '"other"');
    const page = (await first.json()) as { cursor: string; events: FeedEvent[] };
    expect({ status: first.status, seqs: page.events.map(({ seq }) => seq) }).toEqual({ status: 200, seqs: [1, 2] });
    return { cursor: page.cursor, tag: first.headers.get('etag') ?? '' };
  });
  const nothing = await ask(cursor, tag);
  expect({ status: nothing.status, body: await nothing.text() }).toEqual({ status: 304, body: '' });
  expect(Number(nothing.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(nothing.headers.get('etag')).toBe(tag);
  await feed.publishMany(customer, 1);
  await eventually(async () => expect((await ask(cursor, tag)).status).toBe(200));
  expect((await ask(cursor, tag)).headers.get('etag')).not.toBe(tag);
});
