import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { engines, eventually, scraped, testToken } from '@halftone/testing';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, someCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

jest.setTimeout(60_000);

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
  customer = someCustomer();
  token = await testToken(customer);
});
afterAll(() => feed.close());

const subscribed = async (replica: Replica, cursor?: string) => {
  const client = await WebSocketClient.connect(replica.httpUrl, { token });
  client.send({ type: 'subscribe', cursor });
  await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
  return client;
};

const openPolls = async (replica: Replica): Promise<number> => {
  const text = await (await fetch(`${replica.httpUrl}/metrics`)).text();
  return Number(/^realtime_connections{transport="long-poll"} (\d+)/m.exec(text)?.[1] ?? 0);
};

test('a stop sends everybody elsewhere, says when to come back, and is done', async () => {
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
  expect(stream.frames.at(-1)).toEqual({ retry: expect.stringMatching(/^\d{1,3}$/) });
  expect((await waiting).status).toBe(204);
  expect(Date.now() - start).toBeLessThan(20_000);
  expect(await scraped('realtime_closes_total{transport="websocket",reason="goodbye"}')).toBe(1);
  expect(await scraped('realtime_closes_total{transport="sse",reason="goodbye"}')).toBe(1);
  silent.destroy();
});

test('who has nowhere else to go is told to wait until the process is back', async () => {
  const replica = await boot({ REALTIME_BACK_AT: 'here' });
  const [socket, stream] = [await subscribed(replica), await SseClient.connect(replica.httpUrl, { token })];
  await replica.stop();
  expect(await socket.closed).toMatchObject({ code: 1012 });
  expect(socket.messages.at(-1)).toEqual({ type: 'goodbye', reconnectInMs: expect.any(Number) });
  await stream.ended;
  expect(stream.frames.at(-1)).toEqual({ retry: expect.stringMatching(/^[1-4]\d{3}$/) });
});

test('in waves: those who still listen are told on, polls are answered at once, a client that hears nothing holds up nobody', async () => {
  const replica = await boot({ REALTIME_DRAIN_MS: '3000' });
  // The producer of the test connects at its first use.
  await feed.tell(customer, {});
  const sockets = await Promise.all(Array.from({ length: 10 }, () => subscribed(replica)));
  const streams = await Promise.all(Array.from({ length: 5 }, () => SseClient.connect(replica.httpUrl, { token })));
  const deaf = await subscribed(replica);
  deaf.socket.pause();
  const { cursor } = await poll(replica.httpUrl, token);
  let began = 0;
  const since = () => performance.now() - began;
  const gone = [...sockets.map(({ closed }) => closed), ...streams.map(({ ended }) => ended)].map((end) =>
    end.then(since),
  );
  const polled = poll(replica.httpUrl, token, { wait: '60', cursor }).then(since);
  await eventually(async () => expect(await openPolls(replica)).toBe(1));
  began = performance.now();
  const stopped = replica.stop().then(since);
  await sleep(700);
  await feed.tell(customer, {});
  expect(await polled).toBeLessThan(2_000);
  await expect(WebSocketClient.connect(replica.httpUrl, { token })).rejects.toThrow('ECONNREFUSED');
  const times = (await Promise.all(gone)).sort((a, b) => a - b);
  expect(times[0]).toBeLessThan(2_000);
  expect(times.at(-1)).toBeGreaterThan(2_000);
  const heard = [...sockets, ...streams].filter(({ events }) => events.length > 0);
  expect(heard.length).toBeGreaterThan(2);
  expect(await stopped).toBeLessThan(20_000);
  deaf.socket.terminate();
});

test('nobody misses anything when a replica goes while events flow', async () => {
  const [old, fresh] = await Promise.all([boot({ SHUTDOWN_LAME_DUCK_MS: '300', REALTIME_DRAIN_MS: '700' }), boot()]);
  const { cursor } = await poll(old.httpUrl, token);
  const before = await Promise.all(Array.from({ length: 8 }, () => subscribed(old, cursor)));
  const telling = (async () => {
    for (let turn = 0; turn < 30; turn += 1) {
      await feed.tell(customer, {});
      await sleep(50);
    }
  })();
  await sleep(200);
  const stopped = old.stop();
  const after = await Promise.all(
    before.map(async (client) => {
      await client.closed;
      return subscribed(fresh, client.events.at(-1)?.id ?? cursor);
    }),
  );
  await Promise.all([telling, stopped]);
  await eventually(() => after.forEach(({ events }) => expect(events.at(-1)?.seq).toBe(30)));
  const whole = Array.from({ length: 30 }, (_, index) => index + 1);
  before.forEach((client, at) =>
    expect([...client.events, ...(after[at]?.events ?? [])].map(({ seq }) => seq)).toEqual(whole),
  );
  expect(before.every(({ events }) => events.length > 5)).toBe(true);
  await fresh.stop();
});
