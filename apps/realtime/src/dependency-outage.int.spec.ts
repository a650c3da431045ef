import net from 'node:net';
import { channelOf } from '@halftone/contracts';
import type { RunningService } from '@halftone/service';
import { bootService, engines, eventually, TcpProxy, testToken } from '@halftone/testing';
import { cursorOf, positionOf } from './feed/cursor';
import { ChatRooms, chatService } from './fixture/chat.fixture';
import { poll, SseClient, WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica, type Replica } from './fixture/replica.fixture';

jest.setTimeout(120_000);

const { brokers, redisUrl } = engines();
/** The time limit for the error during an outage, and for the recovery after it. */
const soonMs = 20_000;
let wire: TcpProxy;
let customer: string;
let token: string;

beforeEach(async () => {
  customer = newCustomer();
  token = await testToken(customer);
});

const connected = () => WebSocketClient.connect(replica.httpUrl, { token });
const errors = (client: WebSocketClient) => client.of('error');
let replica: Replica;

describe('an outage of Kafka', () => {
  let feed: FeedWriter;

  beforeEach(async () => {
    const kafka = new URL(`http://${brokers[0]}`);
    wire = await TcpProxy.listen(kafka);
    leadThroughWire(Number(kafka.port));
    feed = await FeedWriter.open(brokers);
    // Its window is 300 ms: older events must come from Kafka.
    replica = await bootReplica({ REALTIME_FEED_TOPIC: feed.topic, REALTIME_WINDOW_MINUTES: '0.005' });
  });
  afterEach(async () => {
    wire.set({ kind: 'pass' });
    await replica.stop();
    await feed.close();
    wire.close();
    jest.restoreAllMocks();
  });

  /** A broker advertises its own address, so no setting redirects its clients to the proxy. */
  function leadThroughWire(kafkaPort: number): void {
    const direct = net.connect;
    const redirected = (...given: Parameters<typeof net.connect>) => {
      const [options] = given as unknown as [{ port?: number }];
      if (options.port !== kafkaPort) return direct(...given);
      return direct({ ...options, port: wire.port }, given[1] as () => void);
    };
    jest.spyOn(net, 'connect').mockImplementation(redirected as typeof net.connect);
  }

  /** Publishes two events and waits until the replica has evicted them; returns the cursor after the first. */
  async function forgotten(): Promise<string> {
    const first = await poll(replica.httpUrl, token);
    await feed.publishMany(customer, 2);
    let cursor = '';
    await eventually(async () => {
      const { events } = await poll(replica.httpUrl, token, { cursor: first.cursor });
      expect(events).toHaveLength(2);
      cursor = events[0]!.id;
    });
    await new Promise((resolve) => setTimeout(resolve, 800));
    return cursor;
  }

  test('clients stay connected, a long poll is answered, and all get the events afterwards', async () => {
    const client = await connected();
    client.send({ type: 'subscribe', channel: 'me' });
    const stream = await SseClient.connect(replica.httpUrl, { token });
    const { cursor } = await poll(replica.httpUrl, token);
    await eventually(() => expect(client.of('subscribed')).toHaveLength(1));
    expect(wire.cut()).toBeGreaterThan(0);
    expect(await poll(replica.httpUrl, token, { cursor, wait: '2' })).toMatchObject({ status: 204 });
    expect([client.messages.length, stream.frames.length]).toEqual([1, 1]);
    wire.set({ kind: 'pass' });
    const waiting = poll(replica.httpUrl, token, { cursor, wait: '25' });
    await feed.publish(customer, {});
    expect((await waiting).events.map(({ seq }) => seq)).toEqual([1]);
    for (const { events } of [client, stream])
      await eventually(() => expect(events.map(({ seq }) => seq)).toEqual([1]));
    stream.close();
    await client.close();
  });

  test('a request for past events gets UNAVAILABLE and Retry-After, and the events afterwards', async () => {
    const cursor = await forgotten();
    const client = await connected();
    expect(wire.cut()).toBeGreaterThan(0);
    client.send({ type: 'subscribe', channel: 'me', cursor });
    await eventually(() => expect(errors(client)).toMatchObject([{ code: 'UNAVAILABLE', channel: 'me' }]), soonMs);
    const refused = await poll(replica.httpUrl, token, { cursor, wait: '1' });
    expect(refused).toMatchObject({ status: 503, code: 'UNAVAILABLE' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const stream = await SseClient.connect(replica.httpUrl, { token }, {}, { 'last-event-id': cursor });
    await stream.ended;
    expect(stream.frames.at(-1)).toMatchObject({
      event: 'goodbye',
      data: expect.stringMatching(/reconnectInMs":\d{4}/),
    });
    expect(stream.events).toEqual([]);

    wire.set({ kind: 'pass' });
    client.send({ type: 'subscribe', channel: 'me', cursor });
    await eventually(() => expect(client.events.map(({ seq }) => seq)).toEqual([2]), soonMs);
    expect((await poll(replica.httpUrl, token, { cursor })).events.map(({ seq }) => seq)).toEqual([2]);
    await client.close();
  });

  test('a cursor ahead of the replica gets UNAVAILABLE, not a client error', async () => {
    const channel = channelOf(customer);
    const position = positionOf(channel, await forgotten());
    const ahead = cursorOf(channel, { ...position, offset: position.offset + 1_000 });
    const client = await connected();
    expect(wire.cut()).toBeGreaterThan(0);
    client.send({ type: 'subscribe', channel: 'me', cursor: ahead });
    await eventually(() => expect(errors(client)).toMatchObject([{ code: 'UNAVAILABLE', channel: 'me' }]), soonMs);
    const { response } = await SseClient.connect(replica.httpUrl, { token }, {}, { 'last-event-id': ahead });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: 'UNAVAILABLE' });
    wire.set({ kind: 'pass' });
    await eventually(async () =>
      expect(await poll(replica.httpUrl, token, { cursor: ahead })).toMatchObject({
        status: 400,
        code: 'CURSOR_INVALID',
      }),
    );
    await client.close();
  });
});

describe('an outage of notifications', () => {
  const rooms = new ChatRooms();
  let notifications: RunningService;
  let room: string;

  beforeEach(async () => {
    room = `support:${customer}`;
    notifications = await bootService(chatService(rooms));
    wire = await TcpProxy.listen(new URL(`http://${notifications.grpcUrl}`));
    replica = await bootReplica({ NOTIFICATIONS_GRPC: new URL(wire.url).host });
  });
  afterEach(async () => {
    wire.set({ kind: 'pass' });
    await replica.stop();
    wire.close();
    rooms.break();
    await notifications.stop();
  });

  const received = (client: WebSocketClient) =>
    client.of('chat.message').map((message) => (message as { text?: string }).text);

  test('a join gets UNAVAILABLE once, and succeeds afterwards', async () => {
    wire.cut();
    const client = await connected();
    client.send({ type: 'chat.join', room });
    await eventually(() => expect(errors(client)).toMatchObject([{ code: 'UNAVAILABLE', channel: room }]), soonMs);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(errors(client)).toHaveLength(1);
    wire.set({ kind: 'pass' });
    await eventually(() => expect(client.of('chat.joined')).toHaveLength(1), soonMs);
    await client.close();
  });

  test('a member gets UNAVAILABLE; its messages are delivered once and in order afterwards', async () => {
    const client = await connected();
    const say = (text: string) => client.send({ type: 'chat.send', room, text, clientId: text });
    client.send({ type: 'chat.join', room });
    await eventually(() => expect(client.of('chat.joined')).toHaveLength(1));
    say('before');
    await eventually(() => expect(received(client)).toEqual(['before']));
    expect(wire.cut()).toBeGreaterThan(0);
    say('meanwhile');
    await eventually(() => expect(errors(client)).toMatchObject([{ code: 'UNAVAILABLE', channel: room }]), soonMs);
    say('more');
    wire.set({ kind: 'pass' });
    await eventually(() => expect(received(client)).toEqual(['before', 'meanwhile', 'more']), soonMs);
    expect(errors(client)).toHaveLength(1);
    await client.close();
  });
});

describe('an outage of Redis', () => {
  beforeEach(async () => {
    const through = new URL(redisUrl);
    wire = await TcpProxy.listen(new URL(redisUrl));
    through.port = String(wire.port);
    replica = await bootReplica({ REDIS_URL: through.href });
  });
  afterEach(async () => {
    wire.set({ kind: 'pass' });
    await replica.stop();
    wire.close();
  });

  test('joining a call gets UNAVAILABLE and leaves no state; afterwards it succeeds', async () => {
    const room = `call:${customer}`;
    const client = await connected();
    expect(wire.cut()).toBeGreaterThan(0);
    client.send({ type: 'rtc.join', room });
    await eventually(() => expect(errors(client)).toMatchObject([{ code: 'UNAVAILABLE' }]));
    client.send({ type: 'rtc.turn', room });
    await eventually(() => expect(errors(client)).toMatchObject([{ code: 'UNAVAILABLE' }, { code: 'FORBIDDEN' }]));
    wire.set({ kind: 'pass' });
    await eventually(() => {
      client.send({ type: 'rtc.join', room });
      expect(client.of('rtc.joined').length).toBeGreaterThan(0);
    });
    expect(client.of('rtc.joined')[0]).toMatchObject({ room, peers: [] });
    await client.close();
  });
});
