import { RealtimeClient, type ServerMessage } from '@halftone/client';
import { bootService, engines, eventually, testToken } from '@halftone/testing';
import { WebSocket } from 'ws';
import { ChatRooms, chatService } from './fixture/chat.fixture';
import { FeedWriter, someCustomer } from './fixture/feed.fixture';
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

/** Listens at the first replica and, over an event stream, speaks to the other. */
async function talker(transport: 'websocket' | 'sse', name = someCustomer()) {
  const token = await testToken(name);
  const client = new RealtimeClient({
    urls: [url(0)],
    transports: [transport],
    token: () => Promise.resolve(token),
    connect: (address, protocols, headers) => new WebSocket(address, protocols, { headers }),
    fetch: (address, init) => fetch(init.method === 'POST' ? address.replace(url(0), url(1)) : address, init),
  });
  clients.push(client);
  const heard: ServerMessage[] = [];
  for (const type of ['chat.joined', 'chat.message', 'presence', 'typing', 'error'] as const)
    client.on(type, (message) => heard.push(message));
  client.subscribe({ event: () => undefined });
  client.connect();
  await eventually(() => expect(client.open).toBeDefined());
  const said = () => heard.flatMap((one) => (one.type === 'chat.message' ? one.text : []));
  return { client, heard, said, name, token };
}

test('over an event stream one speaks by POST, at any replica, and is heard like everybody else', async () => {
  const [stream, socket] = await Promise.all([talker('sse'), talker('websocket')]);
  const room = 'order:talk';
  for (const { client, heard } of [stream, socket]) {
    expect(client.send({ type: 'chat.join', room })).toBe(true);
    await eventually(() => expect(heard).toContainEqual(expect.objectContaining({ type: 'chat.joined', room })));
  }
  for (const n of [1, 2, 3]) stream.client.send({ type: 'chat.send', room, text: `post ${n}`, clientId: `p${n}` });
  await eventually(() => expect(socket.said()).toEqual(['post 1', 'post 2', 'post 3']));
  socket.client.send({ type: 'chat.send', room, text: 'frame', clientId: 'f' });
  await eventually(() => expect(stream.said()).toEqual(['post 1', 'post 2', 'post 3', 'frame']));
  await stream.client.close();
  await eventually(() =>
    expect(socket.heard).toContainEqual({ type: 'presence', room, customer: stream.name, present: false }),
  );
});

test('what cannot be done is told over the stream', async () => {
  const { client, heard } = await talker('sse');
  client.send({ type: 'chat.send', room: 'order:never-joined', text: 'hello', clientId: 'x' });
  await eventually(() => expect(heard).toMatchObject([{ type: 'error', code: 'VALIDATION_FAILED' }]));
});

test('too many messages are not heard, and the stream is told so', async () => {
  const { client, heard } = await talker('sse');
  for (let n = 0; n < 40; n += 1) client.send({ type: 'chat.typing', room: 'order:never-joined' });
  await eventually(() =>
    expect(heard).toContainEqual(expect.objectContaining({ type: 'error', code: 'RATE_LIMITED' })),
  );
});

describe('by hand', () => {
  const open = async (token: string) => {
    const aborted = new AbortController();
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
    const { body } = await fetch(`${url(0)}/v1/events?talk=true`, { headers, signal: aborted.signal });
    let text = '';
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

  test('nobody speaks under the name of somebody else', async () => {
    const [own, foreign] = await Promise.all([testToken(someCustomer()), testToken(someCustomer())]);
    const { peer, close, text } = await open(own);
    expect((await post(peer, undefined, join)).status).toBe(401);
    expect((await post(peer, foreign, join)).status).toBe(404);
    // At another replica it is not known; nothing comes of it.
    expect((await post(peer, foreign, join, 1)).status).toBe(202);
    expect((await post(peer, own, join, 1)).status).toBe(202);
    await eventually(() => expect(text()).toContain('chat.joined'));
    expect(text().match(/chat\.joined/g)).toHaveLength(1);
    await close();
  });

  test('a stream that is gone, one that never was, and what is no message are refused', async () => {
    const token = await testToken(someCustomer());
    const { peer, close } = await open(token);
    expect((await post(peer, token, { type: 'chat.shout' })).status).toBe(400);
    expect((await post(peer, token, { type: 'subscribe', channel: 'me' })).status).toBe(202);
    await close();
    await eventually(async () => expect((await post(peer, token, join)).status).toBe(404));
    expect((await post('nobody', token, join)).status).toBe(202);
  });

  test('a stream that does not ask for it has no name', async () => {
    const token = await testToken(someCustomer());
    const aborted = new AbortController();
    const headers = { accept: 'text/event-stream', authorization: `Bearer ${token}` };
    const { body } = await fetch(`${url(0)}/v1/events`, { headers, signal: aborted.signal });
    const { value } = (await body?.getReader().read()) ?? {};
    expect(new TextDecoder().decode(value)).not.toContain('peer');
    aborted.abort();
  });
});
