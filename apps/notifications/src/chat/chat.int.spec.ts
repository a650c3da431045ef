import { PassThrough } from 'node:stream';
import { notificationsV1 } from '@halftone/contracts';
import { connectGrpc, type GrpcClient, GrpcServerModule, grpcSettings } from '@halftone/grpc';
import { uuidv7 } from '@halftone/kernel';
import { Database, PostgresModule, postgresSettings } from '@halftone/postgres';
import { RedisModule, redisSettings } from '@halftone/redis';
import { defineService, part, runInCall, type RunningService, startAndStop } from '@halftone/service';
import { bootService, engines, eventually, type FreshSchema, freshSchema, testToken } from '@halftone/testing';
import { sql } from 'kysely';
import { GalleryStore } from '../gallery/gallery.store';
import { migrations } from '../migrations';
import { NotificationService } from '../notification/notification.service';
import { notifierOf } from '../notification/notify.fixture';
import { NotificationStore } from '../notification/notification.store';
import type { NotificationsTables } from '../tables';
import { ChatNotifier } from './chat-notifier.service';
import { ChatGrpc } from './chat.grpc';
import { ChatService } from './chat.service';
import { ChatStore } from './chat.store';
import { roomOf } from './room';

const service = notificationsV1.NotificationsServiceService;

/** The chat with its gRPC edge, without Kafka. */
const chat = defineService({
  name: 'notifications',
  settings: { ...postgresSettings, ...redisSettings, ...grpcSettings },
  module: (config) => ({
    module: class Chat {},
    imports: [
      PostgresModule.forRoot({ url: config.DATABASE_URL, poolSize: 10, schema: 'notifications', migrations }),
      RedisModule.forRoot({ url: config.REDIS_URL }),
      GrpcServerModule.forRoot({ services: [service], host: '127.0.0.1', port: 0 }),
    ],
    controllers: [ChatGrpc],
    providers: [
      ...[ChatService, ChatStore, ChatNotifier, NotificationService, NotificationStore, GalleryStore],
      startAndStop({
        serve: [part('chat', ChatNotifier, (it) => it.start())],
        refuse: [part('chat', ChatNotifier, (it) => it.close())],
      }),
    ],
  }),
});

type Replica = { service: RunningService; client: GrpcClient<typeof service>; close: () => void };

let schema: FreshSchema;
let replicas: [Replica, Replica];
let testClients: TestClient[] = [];

async function replica(redisUrl = engines().redisUrl): Promise<Replica> {
  const running = await bootService(chat, { DATABASE_URL: schema.url, REDIS_URL: redisUrl });
  return { service: running, ...connectGrpc(service, { url: running.grpcUrl ?? '' }) };
}

async function end({ service: running, close }: Replica): Promise<void> {
  close();
  await running.stop();
}

beforeAll(async () => {
  schema = await freshSchema('notifications');
  replicas = [await replica(), await replica()];
});
afterEach(async () => {
  await leave();
  await db().executeQuery(sql`truncate chat_room cascade`.compile(db()));
});
afterAll(async () => {
  await Promise.all(replicas.map(end));
  await schema.drop();
});

const db = () => replicas[0].service.app.get<Database<NotificationsTables>>(Database).rows;

/** Waits until all pending messages are handled, so that none arrives after the tables are truncated. */
async function leave(): Promise<void> {
  for (const { requests } of testClients) requests.end();
  await eventually(() => expect(testClients.filter(({ ended }) => !ended)).toEqual([]), 20_000);
  testClients = [];
}

class TestClient {
  readonly requests = new PassThrough({ objectMode: true });
  readonly received: notificationsV1.ChatMessage[] = [];
  readonly refused: notificationsV1.ChatRefused[] = [];
  joined: number | undefined;
  ended: unknown;

  /** In alice's room by default. */
  static async at(
    { client }: Replica,
    customer: string,
    { room = 'support:alice', after = 0 } = {},
  ): Promise<TestClient> {
    const token = await testToken(customer, customer === 'olga' ? 'operator' : 'customer');
    const testClient = new TestClient();
    testClient.requests.write({ join: { room, after } });
    const answers = runInCall({ token }, () => client.chat(testClient.requests));
    testClient.listen(answers).then(
      () => (testClient.ended = 'well'),
      (error: unknown) => (testClient.ended = error),
    );
    testClients.push(testClient);
    return testClient;
  }

  say(text: string, clientId: string = uuidv7()): void {
    this.requests.write({ say: { text, clientId } });
  }

  get texts(): string[] {
    return this.received.map(({ text }) => text);
  }

  private async listen(answers: AsyncIterable<notificationsV1.ChatResponse>): Promise<void> {
    for await (const { joined, said, refused } of answers) {
      if (joined) this.joined = joined.lastSeq;
      if (said) this.received.push(said);
      if (refused) this.refused.push(refused);
    }
  }
}

const oneTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const receives = (testClient: TestClient, count: number) =>
  eventually(() => expect(testClient.received.map(({ seq }) => seq)).toEqual(oneTo(count)), 20_000);

test('two clients on two replicas receive the same messages in the same order, without gaps', async () => {
  const [alice, olga] = [await TestClient.at(replicas[0], 'alice'), await TestClient.at(replicas[1], 'olga')];
  for (let n = 0; n < 15; n += 1) {
    alice.say(`alice ${n}`);
    olga.say(`olga ${n}`);
  }
  await Promise.all([receives(alice, 30), receives(olga, 30)]);
  expect(alice.received).toEqual(olga.received);
  const own = alice.received.filter(({ from }) => from === 'alice').map(({ text }) => text);
  expect(own).toEqual(oneTo(15).map((n) => `alice ${n - 1}`));
});

test('a reconnecting client receives everything after the sequence number it names', async () => {
  const alice = await TestClient.at(replicas[0], 'alice');
  for (let n = 1; n <= 5; n += 1) alice.say(`${n}`);
  await receives(alice, 5);
  const again = await TestClient.at(replicas[1], 'alice', { after: 3 });
  await eventually(() => expect(again.texts).toEqual(['4', '5']));
  expect(again.joined).toBe(5);
});

test('a history of several pages is sent whole', async () => {
  await sql`insert into chat_room values ('support:alice', 250)`.execute(db());
  await sql`insert into chat_message select gen_random_uuid(), 'support:alice', n, 'bob', n::text, n::text, now()
    from generate_series(1, 250) n`.execute(db());
  const alice = await TestClient.at(replicas[0], 'alice');
  await receives(alice, 250);
});

test('a message sent many times with one client id, to both replicas, is stored once', async () => {
  const senders = [await TestClient.at(replicas[0], 'alice'), await TestClient.at(replicas[1], 'alice')];
  for (let n = 0; n < 10; n += 1) for (const testClient of senders) testClient.say('hello', 'm1');
  for (const testClient of senders) testClient.say('the end', 'm2');
  for (const testClient of senders)
    await eventually(() => expect(testClient.texts).toEqual(['hello', 'the end']), 20_000);
});

test('a bad message is refused by its client id, and the stream continues', async () => {
  const alice = await TestClient.at(replicas[0], 'alice');
  alice.say('hello', 'm1');
  alice.say('something else', 'm1');
  alice.say('', 'm2');
  alice.say('a good one', 'm3');
  await eventually(() => expect(alice.texts).toEqual(['hello', 'a good one']));
  expect(alice.refused.map(({ clientId, code }) => [clientId, code])).toEqual([
    ['m1', 'IDEMPOTENCY_KEY_REUSED'],
    ['m2', 'VALIDATION_FAILED'],
  ]);
});

test('the rate limit of a sender covers all rooms and replicas', async () => {
  const senders = [
    await TestClient.at(replicas[0], 'olga', { room: 'support:alice' }),
    await TestClient.at(replicas[1], 'olga', { room: 'support:bob' }),
  ];
  for (let n = 0; n < 15; n += 1) for (const testClient of senders) testClient.say(`${n}`);
  await eventually(() => {
    const refusals = senders.flatMap(({ refused }) => refused);
    expect(senders.flatMap(({ received }) => received).length + refusals.length).toBe(30);
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['RATE_LIMITED']));
  }, 20_000);
});

test('the rate limit of a sender covers thirty concurrent rooms', async () => {
  const olga = { customer: 'olga', role: 'operator' } as const;
  const now = new Date();
  const sent = oneTo(30).map((n) => {
    const service = replicas[n % 2]!.service.app.get(ChatService);
    return service.say(olga, roomOf(`support:testClient-${n}`), { text: 'hello', clientId: 'm1' }, now);
  });
  const refused = (await Promise.allSettled(sent)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refused).toEqual(Array(10).fill(expect.objectContaining({ code: 'RATE_LIMITED' })));
});

test.each([
  ['bob', 'support:alice', 'FORBIDDEN'],
  ['bob', `order:${uuidv7()}`, 'ROOM_NOT_FOUND'],
  ['bob', 'cellar', 'ROOM_NOT_FOUND'],
])('%s may not enter %s', async (customer, room, code) => {
  const testClient = await TestClient.at(replicas[0], customer, { room });
  await eventually(() => expect(testClient.ended).toMatchObject({ code }));
});

test('the customer of an order may enter its room', async () => {
  const orderId = uuidv7();
  const about = { id: uuidv7(), key: 'alice', type: 'order.placed', subject: `orders/${orderId}`, time: new Date() };
  await notifierOf(replicas[0].service)(about, {});
  const alice = await TestClient.at(replicas[0], 'alice', { room: `order:${orderId}` });
  await eventually(() => expect(alice.joined).toBe(0));
  const bob = await TestClient.at(replicas[0], 'bob', { room: `order:${orderId}` });
  await eventually(() => expect(bob.ended).toMatchObject({ code: 'ROOM_NOT_FOUND' }));
});

test('who has said all receives everything said so far, and the call ends well', async () => {
  const alice = await TestClient.at(replicas[0], 'alice');
  alice.say('only this');
  alice.requests.end();
  await eventually(() => expect(alice.ended).toBe('well'));
  expect(alice.texts).toEqual(['only this']);
});

test('without Redis messages arrive, with a delay', async () => {
  const lonely = await replica('redis://127.0.0.1:1');
  // A separate room: the poll would miss messages if it knew a higher sequence number from another test.
  const room = 'support:dora';
  const [dora, olga] = [
    await TestClient.at(lonely, 'dora', { room }),
    await TestClient.at(replicas[0], 'olga', { room }),
  ];
  dora.say('from the replica without Redis');
  await receives(olga, 1);
  olga.say('to the replica without Redis');
  await receives(dora, 2);
  await leave();
  await end(lonely);
});

test('a stopping replica ends its streams immediately', async () => {
  const leaving = await replica();
  const alice = await TestClient.at(leaving, 'alice');
  await eventually(() => expect(alice.joined).toBe(0));
  const begun = Date.now();
  await leaving.service.stop();
  await eventually(() => expect(alice.ended).toMatchObject({ code: 'UNAVAILABLE' }));
  expect(Date.now() - begun).toBeLessThan(20_000);
  leaving.close();
});
