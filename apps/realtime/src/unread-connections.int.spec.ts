import type { Socket } from 'node:net';
import { engines, eventually, testToken } from '@halftone/testing';
import { WebSocketClient } from './fixture/clients.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { close, frame, RawClient, text } from './fixture/raw-websocket.fixture';
import { buildReplica, type ReplicaProgram, startReplica } from './fixture/replica-program.fixture';

const { brokers } = engines();
const filling = { filling: 'x'.repeat(800_000) };
/** Each event goes to a few more clients, so that some overflow by the last event only. */
const steps = 8;

let feed: FeedWriter;
let replica: ReplicaProgram;
let token: string;

jest.setTimeout(120_000);
beforeAll(async () => {
  feed = await FeedWriter.open(brokers);
  token = await testToken(newCustomer());
  await buildReplica();
}, 60_000);
afterEach(() => replica.program.end());
afterAll(() => feed.close());

const gallery = 'gallery';
const publish = () => feed.publishTo(gallery, { subject: 'gallery/orders-paid', data: filling });

/** Both subscribe to the gallery and read nothing more. */
const silent = {
  websocket: async () => {
    const client = await RawClient.upgraded(replica.url, token);
    client.socket.write(frame(text, JSON.stringify({ type: 'subscribe', channel: gallery })));
    await eventually(() => expect(client.frames).toHaveLength(1));
    return client.socket.pause();
  },
  sse: async () => {
    const client = await RawClient.connect(replica.url);
    client.socket.write(`GET /v1/events?channel=${gallery} HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n\r\n`);
    await eventually(() => expect(client.head).toContain('200 OK'));
    return client.socket.pause();
  },
};

/** Everything that a client can do without reading. */
const ways: Record<string, (socket: Socket) => void> = {
  'a close frame': (socket) => void socket.write(frame(close, Buffer.of(0x03, 0xe8))),
  'a broken frame': (socket) => void socket.write(frame(text, 'x', { masked: false })),
  'the end of its side': (socket) => void socket.end(),
  'a reset': (socket) => void socket.resetAndDestroy(),
};

const cases = (['conflate', 'disconnect'] as const).flatMap((policy) =>
  (['websocket', 'sse'] as const).flatMap((transport) =>
    Object.keys(ways)
      .filter((way) => transport === 'websocket' || !way.includes('frame'))
      .map((way) => ({ policy, transport, way })),
  ),
);

describe.each(['conflate', 'disconnect'])('with REALTIME_SLOW_CONSUMER=%s', (policy) => {
  test('clients that read nothing end in every way, and others still get events', async () => {
    replica = await startReplica({
      REALTIME_FEED_TOPIC: feed.topic,
      REALTIME_SLOW_CONSUMER: policy,
      REALTIME_MAX_BUFFERED_BYTES: '65536',
    });
    const reader = await WebSocketClient.connect(replica.url, { token });
    reader.send({ type: 'subscribe', channel: gallery });
    await eventually(() => expect(reader.of('subscribed')).toHaveLength(1));
    const mine = cases.filter((one) => one.policy === policy);
    const clients: { socket: Socket; way: string }[] = [];
    for (let step = 1; step <= steps; step++) {
      clients.push(
        ...(await Promise.all(mine.map(async ({ transport, way }) => ({ socket: await silent[transport](), way })))),
      );
      await publish();
      await eventually(() => expect(reader.events).toHaveLength(step));
    }
    for (const { socket, way } of clients) ways[way]?.(socket);
    for (let more = 1; more <= 3; more++) {
      await publish();
      await eventually(() => expect(reader.events).toHaveLength(steps + more));
    }
    // It answers, and has released the ended connections.
    await eventually(async () => {
      const metrics = await (await fetch(`${replica.url}/metrics`, { signal: AbortSignal.timeout(2_000) })).text();
      expect(metrics).toMatch(/^realtime_connections\{transport="websocket"\} 1$/m);
      expect(metrics).toMatch(/^realtime_connections\{transport="sse"\} 0$/m);
    }, 20_000);
    await reader.close();
    for (const { socket } of clients) socket.destroy();
  });
});
