import { RealtimeClient, type ServerMessage } from '@halftone/client';
import { bootService, engines, eventually, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import { ChatRooms, chatService } from './fixture/chat.fixture';
import { FeedWriter, newCustomer } from './fixture/feed.fixture';
import { bootReplica } from './fixture/replica.fixture';

const { brokers } = engines();
const rooms = new ChatRooms();
let notifications: Awaited<ReturnType<typeof bootNotifications>>;
let feed: FeedWriter;
let replicas: Awaited<ReturnType<typeof boot>>[];

const bootNotifications = () => bootService(chatService(rooms));
const boot = () =>
  bootReplica({
    REALTIME_FEED_TOPIC: feed.topic,
    REALTIME_MESSAGES_PER_SECOND: '1',
    REALTIME_MESSAGES_AT_ONCE: '20',
    NOTIFICATIONS_GRPC: notifications.grpcUrl,
  });

beforeAll(async () => {
  notifications = await bootNotifications();
  feed = await FeedWriter.open(brokers);
  replicas = await Promise.all([boot(), boot()]);
});
afterAll(async () => {
  await Promise.all(clients.map((client) => client.close()));
  await Promise.all(replicas.map((replica) => replica.stop()));
  await notifications.stop();
  await feed.close();
});

const clients: RealtimeClient[] = [];
const url = (replica: number) => replicas[replica]?.httpUrl ?? '';

/** A client with an event stream at the first replica that posts to the other. */
async function postingClient(transport: 'websocket' | 'sse', name = newCustomer()) {
  const token = await testToken(name);
  const client = new RealtimeClient({
    urls: [url(0)],
    transports: [transport],
    token: () => Promise.resolve(token),
    connect: (address, protocols, headers) => new WebSocket(address, protocols, { headers }),
    fetch: (address, init) => fetch(init.method === 'POST' ? address.replace(url(0), url(1)) : address, init),
  });
  clients.push(client);
  const received: ServerMessage[] = [];
  for (const type of ['chat.joined', 'chat.message', 'presence', 'typing', 'error'] as const)
    client.on(type, (message) => received.push(message));
  client.subscribe({ event: () => undefined });
  client.connect();
  await eventually(() => expect(client.open).toMatchObject({ url: expect.any(String) }));
  const chatTexts = () => received.flatMap((one) => (one.type === 'chat.message' ? one.text : []));
  return { client, received, chatTexts, name, token };
}

test('a client with an event stream posts messages at any replica, and they are delivered like others', async () => {
  const [stream, socket] = await Promise.all([postingClient('sse'), postingClient('websocket')]);
  const room = 'order:talk';
  for (const { client, received } of [stream, socket]) {
    expect(client.send({ type: 'chat.join', room })).toBe(true);
    await eventually(() => expect(received).toContainEqual(expect.objectContaining({ type: 'chat.joined', room })));
  }
  for (const n of [1, 2, 3]) stream.client.send({ type: 'chat.send', room, text: `post ${n}`, clientId: `p${n}` });
  await eventually(() => expect(socket.chatTexts()).toEqual(['post 1', 'post 2', 'post 3']));
  socket.client.send({ type: 'chat.send', room, text: 'frame', clientId: 'f' });
  await eventually(() => expect(stream.chatTexts()).toEqual(['post 1', 'post 2', 'post 3', 'frame']));
  await stream.client.close();
  await eventually(() =>
    expect(socket.received).toContainEqual({ type: 'presence', room, customer: stream.name, present: false }),
  );
});

test('errors are sent over the stream', async () => {
  const { client, received } = await postingClient('sse');
  client.send({ type: 'chat.send', room: 'order:never-joined', text: 'hello', clientId: 'x' });
  await eventually(() => expect(received).toMatchObject([{ type: 'error', code: 'VALIDATION_FAILED' }]));
});

test('too many messages are dropped, with an error over the stream', async () => {
  const { client, received } = await postingClient('sse');
  for (let n = 0; n < 40; n += 1) client.send({ type: 'chat.typing', room: 'order:never-joined' });
  await eventually(() =>
    expect(received).toContainEqual(expect.objectContaining({ type: 'error', code: 'RATE_LIMITED' })),
  );
});

describe('over HTTP', () => {
  const open = async (token: string) => {
    const aborted = new AbortController();
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
    const { body } = await fetch(`${url(0)}/v1/events?talk=true`, { headers, signal: aborted.signal });
    let text = '';
    // close() aborts the reading.
    const reading = (async () => {
      for await (const chunk of body ?? []) text += new TextDecoder().decode(chunk);
    })().catch(() => undefined);
    await eventually(() => expect(text).toContain('"peer"'));
    const peer = /"peer":"([^"]+)"/.exec(text)?.[1] ?? '';
    const close = () => {
      aborted.abort();
      return reading;
    };
    return { peer, close, text: () => text };
  };
  const post = (peer: string, token: string | undefined, body: unknown, replica = 0) =>
    fetch(`${url(replica)}/v1/events?peer=${peer}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(body),
    });
  const join = { type: 'chat.join', room: 'order:hand' };

  test("a client cannot post with another customer's peer id", async () => {
    const [own, foreign] = await Promise.all([testToken(newCustomer()), testToken(newCustomer())]);
    const { peer, close, text } = await open(own);
    expect((await post(peer, undefined, join)).status).toBe(401);
    expect((await post(peer, foreign, join)).status).toBe(404);
    // Another replica does not know the peer; the message has no effect.
    expect((await post(peer, foreign, join, 1)).status).toBe(202);
    expect((await post(peer, own, join, 1)).status).toBe(202);
    await eventually(() => expect(text()).toContain('chat.joined'));
    expect(text().match(/chat\.joined/g)).toHaveLength(1);
    await close();
  });

  test('an ended stream, an unknown stream and an invalid message are refused', async () => {
    const token = await testToken(newCustomer());
    const { peer, close } = await open(token);
    expect((await post(peer, token, { type: 'chat.shout' })).status).toBe(400);
    expect((await post(peer, token, { type: 'subscribe', channel: 'me' })).status).toBe(202);
    await close();
    await eventually(async () => expect((await post(peer, token, join)).status).toBe(404));
    expect((await post('nobody', token, join)).status).toBe(202);
  });

  test('too many messages are refused before they wait, with 429 at the replica of the stream', async () => {
    const token = await testToken(newCustomer());
    const { peer, close } = await open(token);
    const answers = await Promise.all(Array.from({ length: 60 }, () => post(peer, token, { type: 'ping' })));
    const refused = answers.filter(({ status }) => status === 429);
    // A burst of twenty and one per second are accepted; the rest must not wait in memory.
    expect(refused.length).toBeGreaterThan(20);
    expect(await refused[0]?.json()).toMatchObject({ code: 'RATE_LIMITED' });
    await close();
  });

  test('a stream without `talk` has no peer id', async () => {
    const token = await testToken(newCustomer());
    const aborted = new AbortController();
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
    const { body } = await fetch(`${url(0)}/v1/events`, { headers, signal: aborted.signal });
    const { value } = (await body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).not.toContain('peer');
    aborted.abort();
  });
});
