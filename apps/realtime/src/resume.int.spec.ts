import { channelOf } from '@halftone/contracts';
import { engines, eventually, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { cursorOf, positionOf } from './feed/cursor';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;
/** A replica with a window of 300 ms needs Kafka for older events. */
const boot = (windowMinutes: string) =>
  bootReplica({ REALTIME_FEED_TOPIC: feed.topic, REALTIME_WINDOW_MINUTES: windowMinutes });

type Replica = Awaited<ReturnType<typeof boot>>;
let first: Replica;
let second: Replica;
let forgetful: Replica;
let customer: string;
let token: string;

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  [first, second, forgetful] = await Promise.all([boot('5'), boot('5'), boot('0.005')]);
});
beforeEach(async () => {
  customer = newCustomer();
  token = await testToken(customer);
});
afterAll(async () => {
  await Promise.all([first, second, forgetful].map((replica) => replica.stop()));
  await feed.close();
});

const resumes = async (replica: Replica, source: string): Promise<number> => {
  const text = await (await fetch(`${replica.httpUrl}/metrics`)).text();
  return Number(new RegExp(`^realtime_resumes_total{source="${source}"} (\\d+)`, 'm').exec(text)?.[1] ?? 0);
};

const subscribed = async (replica: Replica, cursor?: string) => {
  const client = await WebSocketClient.connect(replica.httpUrl, { token });
  client.send({ type: 'subscribe', channel: 'me', ...(cursor && { cursor }) });
  await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
  return client;
};

const seqsFrom = (start: number, end: number) => Array.from({ length: end - start + 1 }, (_, index) => start + index);

test.each([
  ['memory', () => second],
  ['kafka', () => forgetful],
])('a client resumes at another replica, from %s, without a loss or a duplicate', async (source, other) => {
  const before = await subscribed(first);
  await feed.publishMany(customer, 20);
  await eventually(() => expect(before.events).toHaveLength(20));
  before.socket.terminate();
  await feed.publishMany(customer, 20);
  await new Promise((forgotten) => setTimeout(forgotten, 800));

  const counted = await resumes(other(), source);
  const publishing = feed.publishMany(customer, 200);
  const after = await subscribed(other(), before.events[9]?.id);
  await publishing;
  await eventually(() => expect(after.events.at(-1)?.seq).toBe(240));
  expect(after.events.map(({ seq }) => seq)).toEqual(seqsFrom(11, 240));
  expect(after.events.slice(0, 10)).toEqual(before.events.slice(10));
  expect(await resumes(other(), source)).toBe(counted + 1);
  await after.close();
});

test('a stream resumes from Last-Event-ID, not from the cursor in the URL', async () => {
  const { cursor } = await poll(first.httpUrl, token);
  await feed.publishMany(customer, 5);
  const before = await SseClient.connect(first.httpUrl, { token }, { cursor });
  await eventually(() => expect(before.events).toHaveLength(5));
  before.close();
  const after = await SseClient.connect(
    forgetful.httpUrl,
    { token },
    { cursor },
    { 'last-event-id': before.events[2]?.id ?? '' },
  );
  await eventually(() => expect(after.events.map(({ seq }) => seq)).toEqual([4, 5]));
  after.close();
});

test('a client without any event resumes from its first cursor', async () => {
  const before = await subscribed(first);
  await before.close();
  await feed.publishMany(customer, 3);
  const after = await subscribed(second, before.of('subscribed')[0]?.cursor);
  await eventually(() => expect(after.events.map(({ seq }) => seq)).toEqual([1, 2, 3]));
  await after.close();
});

test('a client can read from the beginning of retention', async () => {
  await feed.publishMany(customer, 3);
  await new Promise((forgotten) => setTimeout(forgotten, 800));
  const socket = await subscribed(forgetful, 'earliest');
  await eventually(() => expect(socket.events.map(({ seq }) => seq)).toEqual([1, 2, 3]));
  expect(socket.of('reset')).toEqual([]);
  await socket.close();
});

test('deleted events are a reset, followed by the stored ones', async () => {
  await feed.publishMany(customer, 6);
  const events = await eventually(async () => {
    const answer = await poll(first.httpUrl, token, { cursor: 'earliest' });
    expect(answer.events).toHaveLength(6);
    return answer.events;
  });
  await feed.removeUpTo(customer, events[3]?.id ?? '');
  await new Promise((forgotten) => setTimeout(forgotten, 800));
  const lost = await subscribed(forgetful, events[0]?.id);
  const complete = await subscribed(forgetful, events[3]?.id);
  await eventually(() =>
    expect(lost.messages.slice(1).map(({ event, type }) => event?.seq ?? type)).toEqual(['reset', 5, 6]),
  );
  await eventually(() =>
    expect(complete.messages.slice(1).map(({ event, type }) => event?.seq ?? type)).toEqual([5, 6]),
  );
  await Promise.all([lost.close(), complete.close()]);
});

test('a gap in the sequence is a reset on every transport', async () => {
  const { cursor } = await poll(first.httpUrl, token);
  const socket = await subscribed(first);
  const stream = await SseClient.connect(first.httpUrl, { token });
  await feed.publish(customer, { seq: 1 }, { seq: 2 }, { seq: 5 });
  await eventually(() => expect(socket.events).toHaveLength(3));
  await eventually(() => expect(stream.events).toHaveLength(3));
  expect(socket.messages.slice(1).map(({ type }) => type)).toEqual(['event', 'event', 'reset', 'event']);
  expect(stream.frames.slice(1).map(({ event }) => event)).toEqual(['order.paid', 'order.paid', 'reset', 'order.paid']);
  expect(await poll(first.httpUrl, token, { cursor })).toMatchObject({
    reset: true,
    events: [{ seq: 1 }, { seq: 2 }, { seq: 5 }],
  });
  stream.close();
  await socket.close();
});

test('a cursor beyond the end of the feed is refused, one ahead of this replica is not', async () => {
  const { cursor } = await poll(first.httpUrl, token);
  const channel = channelOf(customer);
  const { partition, offset } = positionOf(channel, cursor);
  const at = (ahead: number) => cursorOf(channel, { seq: 0, partition, offset: offset + ahead });
  expect(await poll(first.httpUrl, token, { cursor: at(1_000_000) })).toMatchObject({
    status: 400,
    code: 'CURSOR_INVALID',
  });
  expect(await poll(second.httpUrl, token, { cursor: at(0) })).toMatchObject({ status: 200, events: [] });
});
