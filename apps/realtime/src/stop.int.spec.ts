import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines, eventually, scraped, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
let feed: FeedWriter;
let customer: string;
let token: string;

const boot = (env: Record<string, string> = {}) => bootReplica({ REALTIME_FEED_TOPIC: feed.topic, ...env });
type Replica = Awaited<ReturnType<typeof boot>>;

beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
});
beforeEach(async () => {
  customer = newCustomer();
  token = await testToken(customer);
});
afterAll(() => feed.close());

const subscribed = async (replica: Replica, cursor?: string) => {
  const client = await WebSocketClient.connect(replica.httpUrl, { token });
  client.send({ type: 'subscribe', cursor });
  await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
  return client;
};

const goodbye = (inMs: RegExp) => ({
  event: 'goodbye',
  data: expect.stringMatching(new RegExp(`^{"reconnectInMs":${inMs.source.slice(1, -1)}}$`)),
});

/** The reconnection times that an EventSource received; it keeps the last one for ever. */
const intervalsOf = ({ frames }: SseClient) => frames.flatMap(({ retry }) => (retry === undefined ? [] : [retry]));

const openPolls = async (replica: Replica): Promise<number> => {
  const text = await (await fetch(`${replica.httpUrl}/metrics`)).text();
  return Number(/^realtime_connections{transport="long-poll"} (\d+)/m.exec(text)?.[1] ?? 0);
};

test('a stop sends goodbyes with the time to reconnect, and completes', async () => {
  const replica = await boot();
  const { hostname, port } = new URL(replica.httpUrl);
  const silent = connect(Number(port), hostname);
  const socket = await subscribed(replica);
  const stream = await SseClient.connect(replica.httpUrl, { token });
  const { cursor } = await poll(replica.httpUrl, token);
  const waiting = poll(replica.httpUrl, token, { wait: '60', cursor });
  await eventually(async () => expect(await openPolls(replica)).toBe(1));
  const start = Date.now();
  await replica.stop();
  expect(await socket.closed).toEqual({ code: 1001, reason: 'reconnect' });
  expect(socket.messages.at(-1)).toEqual({ type: 'goodbye', reconnectInMs: expect.any(Number) });
  await stream.ended;
  expect(stream.frames.at(-1)).toEqual(goodbye(/^\d{1,3}$/));
  expect(intervalsOf(stream)).toEqual([expect.stringMatching(/^[345]\d{3}$/)]);
  expect((await waiting).status).toBe(204);
  expect(Date.now() - start).toBeLessThan(20_000);
  expect(await scraped('realtime_closes_total{transport="websocket",reason="goodbye"}')).toBe(1);
  expect(await scraped('realtime_closes_total{transport="sse",reason="goodbye"}')).toBe(1);
  silent.destroy();
});

test('without another replica clients get a longer time to reconnect', async () => {
  const replica = await boot({ REALTIME_BACK_AT: 'here' });
  const [socket, stream] = [await subscribed(replica), await SseClient.connect(replica.httpUrl, { token })];
  await replica.stop();
  expect(await socket.closed).toMatchObject({ code: 1012 });
  expect(socket.messages.at(-1)).toEqual({ type: 'goodbye', reconnectInMs: expect.any(Number) });
  await stream.ended;
  expect(stream.frames.at(-1)).toEqual(goodbye(/^[1-4]\d{3}$/));
});

test('a stop in waves: remaining clients still get events, polls end immediately, a silent client delays nothing', async () => {
  const replica = await boot({ REALTIME_DRAIN_MS: '6000' });
  // The producer connects at its first use.
  await feed.publish(newCustomer(), {});
  const sockets = await Promise.all(Array.from({ length: 10 }, () => subscribed(replica)));
  const streams = await Promise.all(Array.from({ length: 5 }, () => SseClient.connect(replica.httpUrl, { token })));
  const deaf = await subscribed(replica);
  deaf.socket.pause();
  const { cursor } = await poll(replica.httpUrl, token);
  const gone: string[] = [];
  const went = (what: string, end: Promise<unknown>) => end.then(() => gone.push(what));
  const listening = [...sockets.map(({ closed }) => closed), ...streams.map(({ ended }) => ended)];
  const ends = listening.map((end) => went('listener', end));
  ends.push(went('poll', poll(replica.httpUrl, token, { wait: '60', cursor })));
  await eventually(async () => expect(await openPolls(replica)).toBe(1));
  const stopped = replica.stop();
  await eventually(() => expect(gone).toContain('poll'));
  await eventually(() => expect(gone).toContain('listener'));
  await feed.publish(customer, {});
  await expect(WebSocketClient.connect(replica.httpUrl, { token })).rejects.toThrow('ECONNREFUSED');
  await Promise.all(ends);
  expect(gone.indexOf('poll')).toBeLessThan(gone.length / 2);
  const received = [...sockets, ...streams].filter(({ events }) => events.length > 0);
  expect(received.length).toBeGreaterThan(2);
  expect(received.length).toBeLessThan(listening.length);
  await stopped;
  deaf.socket.terminate();
});

test('no client misses an event when a replica stops', async () => {
  const [old, fresh] = await Promise.all([boot({ SHUTDOWN_LAME_DUCK_MS: '300', REALTIME_DRAIN_MS: '700' }), boot()]);
  const { cursor } = await poll(old.httpUrl, token);
  const before = await Promise.all(Array.from({ length: 8 }, () => subscribed(old, cursor)));
  let published = 0;
  let isOver = false;
  const publishing = (async () => {
    for (; !isOver; await sleep(50)) await feed.publishMany(customer, 1, { turn: (published += 1) });
  })();
  await eventually(() => before.forEach(({ events }) => expect(events.length).toBeGreaterThan(5)));
  const stopped = old.stop();
  const after = await Promise.all(
    before.map(async (client) => {
      await client.closed;
      return subscribed(fresh, client.events.at(-1)?.id ?? cursor);
    }),
  );
  await stopped;
  isOver = true;
  await publishing;
  await eventually(() => after.forEach(({ events }) => expect(events.at(-1)?.seq).toBe(published)));
  const whole = Array.from({ length: published }, (_, index) => index + 1);
  before.forEach((client, at) =>
    expect([...client.events, ...(after[at]?.events ?? [])].map(({ seq }) => seq)).toEqual(whole),
  );
  await fresh.stop();
});
