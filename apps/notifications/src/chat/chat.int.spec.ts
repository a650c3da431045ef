import { PassThrough } from 'node:stream';
import { notificationsV1 } from '@halftone/contracts';
import { connectGrpc, type GrpcClient, GrpcServerModule, grpcSettings } from '@halftone/grpc';
import { uuidv7 } from '@halftone/kernel';
import { Database, PostgresModule, postgresSettings } from '@halftone/postgres';
import { RedisModule, redisSettings } from '@halftone/redis';
import { defineService, runInCall, type RunningService } from '@halftone/service';
import { bootService, engines, eventually, type FreshSchema, freshSchema, testToken } from '@halftone/testing';
import { sql } from 'kysely';
import { GalleryStore } from '../gallery/gallery.store';
import { migrations } from '../migrations';
import { NotificationService } from '../notification/notification.service';
import { NotificationStore } from '../notification/notification.store';
import type { NotificationsTables } from '../tables';
import { ChatBell } from './chat.bell';
import { ChatGrpc } from './chat.grpc';
import { ChatService } from './chat.service';
import { ChatStore } from './chat.store';
import { roomOf } from './room';

const service = notificationsV1.NotificationsServiceService;

/** The chat with its edge, without Kafka. */
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
    providers: [ChatService, ChatStore, ChatBell, NotificationService, NotificationStore, GalleryStore],
  }),
});

type Replica = { service: RunningService; client: GrpcClient<typeof service>; close: () => void };

let schema: FreshSchema;
let replicas: [Replica, Replica];
let guests: Guest[] = [];

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

/** What is still to be said is said before this resolves, not when the rooms have been emptied for the next test. */
async function leave(): Promise<void> {
  for (const { requests } of guests) requests.end();
  await eventually(() => expect(guests.filter(({ ended }) => !ended)).toEqual([]), 20_000);
  guests = [];
}

class Guest {
  readonly requests = new PassThrough({ objectMode: true });
  readonly heard: notificationsV1.ChatMessage[] = [];
  readonly refused: notificationsV1.ChatRefused[] = [];
  joined: number | undefined;
  ended: unknown;

  /** In the room of alice unless told. */
  static async at({ client }: Replica, customer: string, { room = 'support:alice', after = 0 } = {}): Promise<Guest> {
    const token = await testToken(customer, customer === 'olga' ? 'operator' : 'customer');
    const guest = new Guest();
    guest.requests.write({ join: { room, after } });
    const answers = runInCall({ token }, () => client.chat(guest.requests));
    guest.listen(answers).then(
      () => (guest.ended = 'well'),
      (error: unknown) => (guest.ended = error),
    );
    guests.push(guest);
    return guest;
  }

  say(text: string, clientId: string = uuidv7()): void {
    this.requests.write({ say: { text, clientId } });
  }

  get texts(): string[] {
    return this.heard.map(({ text }) => text);
  }

  private async listen(answers: AsyncIterable<notificationsV1.ChatResponse>): Promise<void> {
    for await (const { joined, said, refused } of answers) {
      if (joined) this.joined = joined.lastSeq;
      if (said) this.heard.push(said);
      if (refused) this.refused.push(refused);
    }
  }
}

const oneTo = (count: number) => Array.from({ length: count }, (_, n) => n + 1);
const hears = (guest: Guest, count: number) =>
  eventually(() => expect(guest.heard.map(({ seq }) => seq)).toEqual(oneTo(count)), 20_000);

test('two who talk at two replicas at once hear the same, in the same order, without a gap', async () => {
  const [alice, olga] = [await Guest.at(replicas[0], 'alice'), await Guest.at(replicas[1], 'olga')];
  for (let n = 0; n < 15; n += 1) {
    alice.say(`alice ${n}`);
    olga.say(`olga ${n}`);
  }
  await Promise.all([hears(alice, 30), hears(olga, 30)]);
  expect(alice.heard).toEqual(olga.heard);
  const own = alice.heard.filter(({ from }) => from === 'alice').map(({ text }) => text);
  expect(own).toEqual(oneTo(15).map((n) => `alice ${n - 1}`));
});

test('who comes back names what it heard last and is told the rest', async () => {
  const alice = await Guest.at(replicas[0], 'alice');
  for (let n = 1; n <= 5; n += 1) alice.say(`${n}`);
  await hears(alice, 5);
  const again = await Guest.at(replicas[1], 'alice', { after: 3 });
  await eventually(() => expect(again.texts).toEqual(['4', '5']));
  expect(again.joined).toBe(5);
});

test('a past of several pages is told whole', async () => {
  await sql`insert into chat_room values ('support:alice', 250)`.execute(db());
  await sql`insert into chat_message select gen_random_uuid(), 'support:alice', n, 'bob', n::text, n::text, now()
    from generate_series(1, 250) n`.execute(db());
  const alice = await Guest.at(replicas[0], 'alice');
  await hears(alice, 250);
});

test('said many times under one name, at both replicas at once, it is said once', async () => {
  const visitors = [await Guest.at(replicas[0], 'alice'), await Guest.at(replicas[1], 'alice')];
  for (let n = 0; n < 10; n += 1) for (const guest of visitors) guest.say('hello', 'm1');
  for (const guest of visitors) guest.say('the end', 'm2');
  for (const guest of visitors) await eventually(() => expect(guest.texts).toEqual(['hello', 'the end']), 20_000);
});

test('what is not taken is refused by name, and the talk goes on', async () => {
  const alice = await Guest.at(replicas[0], 'alice');
  alice.say('hello', 'm1');
  alice.say('something else', 'm1');
  alice.say('', 'm2');
  alice.say('on we go', 'm3');
  await eventually(() => expect(alice.texts).toEqual(['hello', 'on we go']));
  expect(alice.refused.map(({ clientId, code }) => [clientId, code])).toEqual([
    ['m1', 'IDEMPOTENCY_KEY_REUSED'],
    ['m2', 'VALIDATION_FAILED'],
  ]);
});

test('who says too much in too little time is slowed down, over all rooms and replicas', async () => {
  const visitors = [
    await Guest.at(replicas[0], 'olga', { room: 'support:alice' }),
    await Guest.at(replicas[1], 'olga', { room: 'support:bob' }),
  ];
  for (let n = 0; n < 15; n += 1) for (const guest of visitors) guest.say(`${n}`);
  await eventually(() => {
    const refusals = visitors.flatMap(({ refused }) => refused);
    expect(visitors.flatMap(({ heard }) => heard).length + refusals.length).toBe(30);
    expect(new Set(refusals.map(({ code }) => code))).toEqual(new Set(['RATE_LIMITED']));
  }, 20_000);
});

test('who talks in thirty rooms at the same moment may say no more than in one', async () => {
  const olga = { customer: 'olga', role: 'operator' } as const;
  const now = new Date();
  const said = oneTo(30).map((n) => {
    const service = replicas[n % 2]!.service.app.get(ChatService);
    return service.say(olga, roomOf(`support:guest-${n}`), { text: 'hello', clientId: 'm1' }, now);
  });
  const refused = (await Promise.allSettled(said)).flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  expect(refused).toEqual(Array(10).fill(expect.objectContaining({ code: 'RATE_LIMITED' })));
});

test.each([
  ['bob', 'support:alice', 'FORBIDDEN'],
  ['bob', `order:${uuidv7()}`, 'ROOM_NOT_FOUND'],
  ['bob', 'cellar', 'ROOM_NOT_FOUND'],
])('%s may not enter %s', async (customer, room, code) => {
  const guest = await Guest.at(replicas[0], customer, { room });
  await eventually(() => expect(guest.ended).toMatchObject({ code }));
});

test('the customer of an order may enter its room', async () => {
  const orderId = uuidv7();
  const about = { id: uuidv7(), key: 'alice', type: 'order.placed', subject: `orders/${orderId}`, time: new Date() };
  await replicas[0].service.app.get(NotificationService).tell(about, {});
  const alice = await Guest.at(replicas[0], 'alice', { room: `order:${orderId}` });
  await eventually(() => expect(alice.joined).toBe(0));
  const bob = await Guest.at(replicas[0], 'bob', { room: `order:${orderId}` });
  await eventually(() => expect(bob.ended).toMatchObject({ code: 'ROOM_NOT_FOUND' }));
});

test('who has said all hears everything said so far, and the call ends well', async () => {
  const alice = await Guest.at(replicas[0], 'alice');
  alice.say('only this');
  alice.requests.end();
  await eventually(() => expect(alice.ended).toBe('well'));
  expect(alice.texts).toEqual(['only this']);
});

test('without Redis it goes on, only later', async () => {
  const lonely = await replica('redis://127.0.0.1:1');
  const [alice, olga] = [await Guest.at(lonely, 'alice'), await Guest.at(replicas[0], 'olga')];
  alice.say('from the dark');
  await hears(olga, 1);
  olga.say('into the dark');
  await hears(alice, 2);
  await leave();
  await end(lonely);
});

test('a replica that stops sends its visitors away at once', async () => {
  const leaving = await replica();
  const alice = await Guest.at(leaving, 'alice');
  await eventually(() => expect(alice.joined).toBe(0));
  const begun = Date.now();
  await leaving.service.stop();
  await eventually(() => expect(alice.ended).toMatchObject({ code: 'UNAVAILABLE' }));
  expect(Date.now() - begun).toBeLessThan(20_000);
  leaving.close();
});
