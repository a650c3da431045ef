import { eventsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { Database, PostgresModule, postgresSettings } from '@halftone/postgres';
import { defineService, type RunningService } from '@halftone/service';
import { bootService, type FreshSchema, freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { migrations } from '../migrations';
import type { NotificationsTables } from '../tables';
import type { SourceEvent } from './notification';
import { NotificationService } from './notification.service';
import { NotificationStore } from './notification.store';

/** The log on PostgreSQL, without the edges. */
const log = defineService({
  name: 'notifications',
  settings: postgresSettings,
  module: (config) => ({
    module: class Log {},
    imports: [PostgresModule.forRoot({ url: config.DATABASE_URL, poolSize: 20, schema: 'notifications', migrations })],
    providers: [NotificationService, NotificationStore],
  }),
});

let schema: FreshSchema;
let service: RunningService;
let db: Database<NotificationsTables>;
let notifications: NotificationService;

beforeAll(async () => {
  schema = await freshSchema('notifications');
  service = await bootService(log, { DATABASE_URL: schema.url });
  db = service.app.get<Database<NotificationsTables>>(Database);
  notifications = service.app.get(NotificationService);
});
afterEach(() => sql`truncate channel, notification, outbox, inbox cascade`.execute(db.rows));
afterAll(async () => {
  await service.stop();
  await schema.drop();
});

const event = (n = 0, key = 'alice'): SourceEvent => ({
  id: uuidv7(),
  key,
  type: 'order.paid',
  subject: `orders/${n}`,
  time: new Date(1_000 * n),
});
const data = { order: { id: 'o' } };
const many = <T>(count: number, make: (n: number) => T): T[] => Array.from({ length: count }, (_, n) => make(n));
const oneTo = (count: number) => many(count, (n) => n + 1);

async function fed(): Promise<eventsV1.FeedEvent[]> {
  const rows = await db.rows.selectFrom('outbox').selectAll().orderBy('id').execute();
  return rows.map((row) => {
    const value = eventsV1.FeedEvent.decode(row.value);
    expect(row).toMatchObject({
      topic: 'halftone.feed.v1',
      key: value.channel,
      event_id: value.id,
      sequence: value.seq,
    });
    return value;
  });
}

test('fifty events of one channel, each delivered twice at once, are told once each, in one order without gap', async () => {
  const events = many(50, (n) => event(n));
  await Promise.all([...events, ...events].map((each) => notifications.tell(each, data)));
  const feed = await fed();
  expect(feed.map(({ seq }) => seq)).toEqual(oneTo(50));
  expect(new Set(feed.map(({ subject }) => subject)).size).toBe(50);
  const rows = await db.rows.selectFrom('notification').selectAll().orderBy('seq').execute();
  expect(rows.map(({ id, seq, subject, time }) => ({ id, seq, subject, time }))).toEqual(
    feed.map(({ id, seq, subject, time }) => ({ id, seq, subject, time })),
  );
});

test('an effect that is rolled back takes its number back', async () => {
  await notifications.tell(event(), data);
  const broken = { ...event(), type: null as unknown as string };
  await expect(notifications.tell(broken, data)).rejects.toThrow(/null value/);
  await notifications.tell(event(), data);
  expect((await fed()).map(({ seq }) => seq)).toEqual([1, 2]);
});

test('channels count by themselves', async () => {
  await Promise.all(many(40, (n) => notifications.tell(event(n, n % 2 ? 'alice' : 'bob'), data)));
  const feed = await fed();
  for (const channel of ['customer:alice', 'customer:bob']) {
    expect(feed.filter((each) => each.channel === channel).map(({ seq }) => seq)).toEqual(oneTo(20));
  }
});

test('the list is the own channel, newest first, page by page', async () => {
  for (const each of many(5, (n) => event(n))) await notifications.tell(each, data);
  await notifications.tell(event(9, 'bob'), data);

  const first = await notifications.list('alice', 3, '');
  expect(first.items.map(({ seq, subject }) => [seq, subject])).toEqual([
    [5, 'orders/4'],
    [4, 'orders/3'],
    [3, 'orders/2'],
  ]);
  const second = await notifications.list('alice', 3, first.nextCursor);
  expect(second.items.map(({ seq }) => seq)).toEqual([2, 1]);
  expect(second.nextCursor).toBe('');
  expect(second.items[0]?.data).toEqual(data);
});

test.each(['nonsense', Buffer.from('"x"').toString('base64url'), Buffer.from('0').toString('base64url')])(
  'the cursor %s is refused',
  async (cursor) => {
    await expect(notifications.list('alice', 3, cursor)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  },
);
