import { Roster } from '@halftone/redis';
import type { RunningService } from '@halftone/service';
import { bootService, eventually, testToken } from '@halftone/testing';
import { ChatRooms, chatService } from '../../fixture/chat.fixture';
import { WebSocketClient } from '../../fixture/clients.fixture';
import { newCustomer } from '../../fixture/feed.fixture';
import { memberOf } from './presence';
import { bootReplica } from '../../fixture/replica.fixture';

/** Long enough that a pause of a busy machine does not count as an absence. */
const presenceSeconds = 8;
const rooms = new ChatRooms();
let notifications: RunningService;
let replicas: RunningService[];
let clients: WebSocketClient[];
let customer: string;
let room: string;

async function boot(): Promise<RunningService> {
  return bootReplica({ NOTIFICATIONS_GRPC: notifications.grpcUrl, REALTIME_PRESENCE_SECONDS: `${presenceSeconds}` });
}

beforeAll(async () => {
  notifications = await bootService(chatService(rooms));
  replicas = await Promise.all([boot(), boot()]);
});
beforeEach(() => {
  clients = [];
  customer = newCustomer();
  room = `support:${customer}`;
});
afterEach(async () => {
  for (const client of clients) await client.close();
});
afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.stop()));
  await notifications.stop();
});

async function connected(at: number, who: string): Promise<WebSocketClient> {
  const client = await WebSocketClient.connect(replicas[at]?.httpUrl ?? '', { token: await testToken(who) });
  clients.push(client);
  return client;
}

/** A client in the room, from the first message on. */
async function seated(at: number, who: string): Promise<WebSocketClient> {
  const client = await connected(at, who);
  client.send({ type: 'chat.join', room });
  await eventually(() => expect(client.of('chat.joined')).toHaveLength(1), 20_000);
  return client;
}

const say = (client: WebSocketClient, text: string, clientId: string) =>
  client.send({ type: 'chat.send', room, text, clientId });
const received = (client: WebSocketClient) =>
  client.of('chat.message').map((message) => {
    const { seq, from, text } = message as unknown as Record<string, unknown>;
    return `${seq} ${from}: ${text}`;
  });
const presence = (client: WebSocketClient) =>
  client.of('presence').map((message) => {
    const { customer: who, present } = message as unknown as { customer: string; present: boolean };
    return `${who} ${present ? 'came' : 'left'}`;
  });

test('two clients at two replicas chat and see each other join and leave', async () => {
  const alice = await seated(0, customer);
  const olga = await seated(1, 'olga');
  expect(olga.of('chat.joined')).toEqual([
    { type: 'chat.joined', room, members: [customer, 'olga'].toSorted(), lastSeq: 0 },
  ]);
  await eventually(() => expect(presence(alice)).toEqual(['olga came']));
  say(alice, 'hello', 'a1');
  await eventually(() => expect(received(olga)).toHaveLength(1));
  say(olga, 'hi', 'o1');
  for (const client of [alice, olga]) {
    await eventually(() => expect(received(client)).toEqual([`1 ${customer}: hello`, '2 olga: hi']));
  }
  olga.send({ type: 'chat.leave', room });
  await eventually(() => expect(presence(alice)).toEqual(['olga came', 'olga left']));
  expect(presence(olga)).toEqual([]);
});

test('others see a customer typing, at most once a second', async () => {
  const alice = await seated(0, customer);
  const olga = await seated(1, 'olga');
  await eventually(() => expect(presence(alice)).toEqual(['olga came']));
  const typing = { type: 'typing', room, customer: 'olga' };
  // The first message may be lost, because the other replica is still subscribing.
  for (let n = 0; n < 5; n += 1) olga.send({ type: 'chat.typing', room });
  await eventually(() => expect(alice.of('typing')).toEqual([typing]));
  expect(olga.of('typing')).toEqual([]);
});

test('a disconnect leaves the room, unless the customer has another connection', async () => {
  const alice = await seated(0, customer);
  const [one, other] = [await seated(1, 'olga'), await seated(1, 'olga')];
  await eventually(() => expect(presence(alice)).toEqual(['olga came']));
  one.socket.terminate();
  say(other, 'still here', 'o1');
  await eventually(() => expect(received(alice)).toHaveLength(1));
  expect(presence(alice)).toEqual(['olga came']);
  other.socket.terminate();
  await eventually(() => expect(presence(alice)).toEqual(['olga came', 'olga left']));
});

test('the customers of a crashed replica disappear, others stay', async () => {
  const roster = replicas[0]?.app.get(Roster, { strict: false });
  await roster?.put([{ room, member: memberOf('gone', 'olga') }], presenceSeconds * 1_000);
  await seated(1, 'bob');
  const alice = await seated(0, customer);
  expect(alice.of('chat.joined')).toMatchObject([{ members: ['bob', customer, 'olga'].toSorted() }]);
  await eventually(() => expect(presence(alice)).toEqual(['olga left']), 40_000);
  await new Promise((resolve) => setTimeout(resolve, presenceSeconds * 1_500));
  expect(presence(alice)).toEqual(['olga left']);
});

test('a client that reconnects gets the messages after its last one', async () => {
  const alice = await seated(0, customer);
  for (const n of [1, 2, 3]) say(alice, `m${n}`, `a${n}`);
  await eventually(() => expect(received(alice)).toHaveLength(3));
  const again = await connected(1, customer);
  again.send({ type: 'chat.join', room, after: 2 });
  await eventually(() => expect(received(again)).toEqual([`3 ${customer}: m3`]));
});

test('a refused message is reported with its client id and the reason', async () => {
  const alice = await seated(0, customer);
  say(alice, 'refused', 'a1');
  await eventually(() =>
    expect(alice.of('error')).toMatchObject([
      { code: 'VALIDATION_FAILED', channel: room, errors: [{ path: 'clientId', message: 'a1' }] },
    ]),
  );
});

test.each([
  [
    'a room one is not in',
    { type: 'chat.send', room: 'support:nobody', text: 'x', clientId: 'c' },
    'VALIDATION_FAILED',
  ],
  ['a forbidden room', { type: 'chat.join', room: 'closed:nobody' }, 'FORBIDDEN'],
  [
    'a text that is too long',
    { type: 'chat.send', room: 'a:b', text: 'x'.repeat(4_097), clientId: 'c' },
    'VALIDATION_FAILED',
  ],
])('%s is an error', async (_what, message, code) => {
  const alice = await connected(0, customer);
  alice.send(message);
  await eventually(() => expect(alice.of('error')).toMatchObject([{ code }]));
});

test('a connection can be in at most sixteen rooms', async () => {
  const alice = await connected(0, customer);
  for (let n = 0; n < 17; n += 1) alice.send({ type: 'chat.join', room: `support:${customer}-${n}` });
  await eventually(() => expect(alice.of('chat.joined')).toHaveLength(16), 20_000);
  expect(alice.of('error')).toMatchObject([{ code: 'VALIDATION_FAILED' }]);
});
