import { Tickets } from '@halftone/redis';
import { engines, eventually, OwnRedis, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica, type Replica } from './fixture/replica.fixture';

const { brokers } = engines();
const client = { 'user-agent': 'Chromium', origin: 'https://shop.example' };
let feed: FeedWriter;
let one: Replica;
let other: Replica;
let customer: string;

const boot = (settings: Record<string, string> = {}) => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, ...settings });

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  [one, other] = await Promise.all([boot(), boot()]);
});
beforeEach(() => {
  customer = newCustomer();
});
afterAll(async () => {
  await Promise.all([one.stop(), other.stop()]);
  await feed.close();
});

const issue = async (seconds = 60) =>
  one.app.get(Tickets, { strict: false }).issue(await testToken(customer, 'customer', seconds), 30);

const lastIdOf = ({ frames }: SseClient) => frames.flatMap(({ id }) => id ?? []).at(-1) ?? '';

/** An EventSource-like stream after its first frame. */
async function open(replica: Replica, ticket: string, lastEventId = '', query: Record<string, string> = {}) {
  const headers = { ...client, ...(lastEventId && { 'last-event-id': lastEventId }) };
  const stream = await SseClient.connect(replica.httpUrl, { ticket }, query, headers);
  if (stream.response.ok) await eventually(() => expect(lastIdOf(stream)).not.toBe(''));
  return stream;
}

async function statusOf(ticket: string, headers: Record<string, string>, query: Record<string, string> = {}) {
  const stream = await SseClient.connect(other.httpUrl, { ticket }, query, { ...client, ...headers });
  stream.close();
  return stream.response.status;
}

test('a stream resumes with the same ticket at another replica, without a loss or a duplicate', async () => {
  const ticket = await issue();
  const first = await open(one, ticket);
  first.close();
  await feed.publishMany(customer, 2);
  const second = await open(other, ticket, lastIdOf(first));
  await eventually(() => expect(second.events).toHaveLength(2));
  await feed.publishMany(customer, 1);
  await eventually(() => expect(second.events).toHaveLength(3));
  second.close();
  await feed.publishMany(customer, 1);
  const third = await open(one, ticket, lastIdOf(second));
  await eventually(() => expect(third.events).toHaveLength(1));
  expect([...second.events, ...third.events].map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  third.close();
});

test('the URL alone, an id of another stream, other parameters and another client are refused', async () => {
  const ticket = await issue();
  const begun = await open(one, ticket);
  await feed.publishMany(customer, 1);
  await eventually(() => expect(begun.events).toHaveLength(1));
  const id = lastIdOf(begun);
  const foreign = await open(one, await issue());
  const [plain = ''] = id.split('~');
  const refused: [string, Record<string, string>, Record<string, string>?][] = [
    ['no id', {}],
    ['a cursor of a poll', { 'last-event-id': plain }],
    ['an id of another ticket', { 'last-event-id': lastIdOf(foreign) }],
    ['a truncated key', { 'last-event-id': id.slice(0, -1) }],
    ['another channel', { 'last-event-id': id }, { channel: 'gallery' }],
    ['other types', { 'last-event-id': id }, { types: 'order.paid' }],
    ['with talk', { 'last-event-id': id }, { talk: 'true' }],
    ['another browser', { 'last-event-id': id, 'user-agent': 'curl' }],
    ['a page of another origin', { 'last-event-id': id, origin: 'https://evil.example' }],
  ];
  const answers = [];
  for (const [what, headers, query] of refused) answers.push([what, await statusOf(ticket, headers, query)]);
  expect(answers).toEqual(refused.map(([what]) => [what, 401]));
  expect(begun.frames.at(-1)?.event).not.toBe('goodbye');
  expect(await statusOf(ticket, { 'last-event-id': id })).toBe(200);
  foreign.close();
});

test('a new stream of a ticket ends the previous one, at the same or another replica', async () => {
  const ticket = await issue();
  const first = await open(one, ticket);
  const second = await open(other, ticket, lastIdOf(first));
  await first.ended;
  const third = await open(other, ticket, lastIdOf(second));
  await second.ended;
  await feed.publishMany(customer, 1);
  await eventually(() => expect(third.events).toHaveLength(1));
  third.close();
});

test('a ticket works for one kind of transport only', async () => {
  const [ticket, spent] = [await issue(), await issue()];
  const stream = await open(one, ticket);
  await expect(WebSocketClient.connect(one.httpUrl, { ticket })).rejects.toThrow('refused with 401');
  expect(await poll(one.httpUrl, undefined, { ticket })).toMatchObject({ status: 401 });
  const socket = await WebSocketClient.connect(one.httpUrl, { ticket: spent });
  expect((await open(one, spent, lastIdOf(stream))).response.status).toBe(401);
  await socket.close();
  stream.close();
});

test('the stream and its ticket end when the token expires', async () => {
  const ticket = await issue(4);
  const stream = await open(one, ticket);
  await stream.ended;
  expect(stream.frames.at(-1)?.event).toBe('expired');
  expect((await open(one, ticket, lastIdOf(stream))).response.status).toBe(401);
});

test('while Redis is down an EventSource retries; after a loss of data it needs another ticket', async () => {
  const redis = await OwnRedis.prepare();
  await redis.start();
  const replica = await boot({ REDIS_URL: redis.url });
  const ticket = await replica.app.get(Tickets, { strict: false }).issue(await testToken(customer), 30);
  const stream = await open(replica, ticket);
  const lastId = lastIdOf(stream);
  await redis.kill();
  const again = await SseClient.connect(replica.httpUrl, { ticket }, {}, { ...client, 'last-event-id': lastId });
  expect(again.response.status).toBe(200);
  await again.ended;
  expect(again.frames).toEqual([
    { retry: expect.stringMatching(/^\d{4,5}$/), event: 'goodbye', data: expect.stringContaining('reconnectInMs') },
  ]);
  await redis.start();
  await eventually(async () => {
    const late = await SseClient.connect(replica.httpUrl, { ticket }, {}, { ...client, 'last-event-id': lastId });
    await late.ended;
    expect(late.response.status).toBe(401);
  });
  stream.close();
  await replica.stop();
  await redis.kill();
});
