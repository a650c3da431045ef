import { eventsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { Database, PostgresModule, postgresSettings } from '@halftone/postgres';
import { defineService, type RunningService } from '@halftone/service';
import { bootService, type FreshSchema, freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { GalleryStore } from '../gallery/gallery.store';
import { migrations } from '../migrations';
import type { NotificationsTables } from '../tables';
import type { SourceEvent } from './notification';
import { NotificationService } from './notification.service';
import { NotificationStore } from './notification.store';
import { notifierOf } from './notify.fixture';

/** The log on PostgreSQL, without the edges. */
const log = defineService({
  name: 'notifications',
  settings: postgresSettings,
  module: (config) => ({
    module: class Log {},
    imports: [PostgresModule.forRoot({ url: config.DATABASE_URL, poolSize: 20, schema: 'notifications', migrations })],
    providers: [NotificationService, NotificationStore, GalleryStore],
  }),
});

let schema: FreshSchema;
let service: RunningService;
let db: Database<NotificationsTables>;
let notifications: NotificationService;
let notify: ReturnType<typeof notifierOf>;

beforeAll(async () => {
  schema = await freshSchema('notifications');
  service = await bootService(log, { DATABASE_URL: schema.url });
  db = service.app.get<Database<NotificationsTables>>(Database);
  notifications = service.app.get(NotificationService);
  notify = notifierOf(service);
});
afterEach(() => sql`truncate channel, notification, latest, gallery_due, outbox, inbox cascade`.execute(db.rows));
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

async function feedEvents(): Promise<eventsV1.FeedEvent[]> {
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

test('fifty events of one channel, each delivered twice concurrently, give fifty notifications without gaps', async () => {
  const events = many(50, (n) => event(n));
  await Promise.all([...events, ...events].map((each) => notify(each, data)));
  const feed = await feedEvents();
  expect(feed.map(({ seq }) => seq)).toEqual(oneTo(50));
  expect(new Set(feed.map(({ subject }) => subject)).size).toBe(50);
  const rows = await db.rows.selectFrom('notification').selectAll().orderBy('seq').execute();
  expect(rows.map(({ id, seq, subject, time }) => ({ id, seq, subject, time }))).toEqual(
    feed.map(({ id, seq, subject, time }) => ({ id, seq, subject, time })),
  );
});

test('a rolled back notification leaves no gap', async () => {
  await notify(event(), data);
  const broken = { ...event(), type: null as unknown as string };
  await expect(notify(broken, data)).rejects.toThrow(/null value/);
  await notify(event(), data);
  expect((await feedEvents()).map(({ seq }) => seq)).toEqual([1, 2]);
});

test('each channel has its own sequence', async () => {
  await Promise.all(many(40, (n) => notify(event(n, n % 2 ? 'alice' : 'bob'), data)));
  const feed = await feedEvents();
  for (const channel of ['customer:alice', 'customer:bob']) {
    expect(feed.filter((each) => each.channel === channel).map(({ seq }) => seq)).toEqual(oneTo(20));
  }
});

test("the list has the customer's channel, newest first, page by page", async () => {
  for (const each of many(5, (n) => event(n))) await notify(each, data);
  await notify(event(9, 'bob'), data);

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

test('a snapshot has the last notification per subject, newest first, and the sequence number it is valid for', async () => {
  for (const n of [0, 1, 2, 0, 1]) await notify({ ...event(n), type: `order.${n}` }, { n });
  await notify(event(7, 'bob'), data);
  const alice = { customer: 'alice', role: 'customer' } as const;
  const { notifications: last, lastSeq } = await notifications.snapshot({ channel: 'customer:alice', limit: 2 }, alice);
  expect(lastSeq).toBe(5);
  expect(last).toMatchObject([
    { seq: 5, subject: 'orders/1', type: 'order.1', data: { n: 1 } },
    { seq: 4, subject: 'orders/0', type: 'order.0', data: { n: 0 } },
  ]);
  expect(
    (await notifications.snapshot({ channel: 'customer:alice', limit: 100 }, alice)).notifications.map(
      ({ seq }) => seq,
    ),
  ).toEqual([5, 4, 3]);
});

test("a snapshot of one subject names the channel's sequence number, even if the subject is unknown", async () => {
  const alice = { customer: 'alice', role: 'customer' } as const;
  for (const n of [0, 1, 2]) await notify(event(n), data);
  const of = (subject: string) => notifications.snapshot({ channel: 'customer:alice', limit: 1, subject }, alice);
  expect(await of('orders/0')).toMatchObject({ notifications: [{ seq: 1, subject: 'orders/0' }], lastSeq: 3 });
  expect(await of('orders/9')).toEqual({ notifications: [], lastSeq: 3 });
});

test('a snapshot of some types finds them behind any number of others', async () => {
  const alice = { customer: 'alice', role: 'customer' } as const;
  await notify({ ...event(0), type: 'order.shipped' }, data);
  for (const n of [1, 2, 3]) await notify({ ...event(n), type: 'image.ready' }, data);
  const of = (...types: string[]) => notifications.snapshot({ channel: 'customer:alice', limit: 2, types }, alice);
  expect(await of('order.shipped')).toMatchObject({ notifications: [{ seq: 1, type: 'order.shipped' }], lastSeq: 4 });
  expect((await of('order.shipped', 'image.ready')).notifications.map(({ seq }) => seq)).toEqual([4, 3]);
  expect(await of('order.placed')).toEqual({ notifications: [], lastSeq: 4 });
});

test('a snapshot matches its sequence number during concurrent writes', async () => {
  const alice = { customer: 'alice', role: 'customer' } as const;
  let isOver = false;
  const write = async (n: number) => {
    for (let turn = 0; turn < 10; turn += 1) await notify(event(n), data);
  };
  const writing = Promise.all(many(4, write)).finally(() => (isOver = true));
  const seen = [];
  while (!isOver) seen.push(await notifications.snapshot({ channel: 'customer:alice', limit: 100 }, alice));
  await writing;
  expect(seen.filter(({ lastSeq }) => lastSeq > 0 && lastSeq < 40)).not.toEqual([]);
  for (const { notifications: last, lastSeq } of seen) expect(last[0]?.seq ?? 0).toBe(lastSeq);
});

test.each([
  ['customer:alice', { customer: 'olga', role: 'operator' }, true],
  ['customer:alice', { customer: 'bob', role: 'customer' }, false],
  ['customer:alice', undefined, false],
  ['customer:', undefined, false],
  ['gallery', undefined, true],
] as const)('a snapshot of %s for %j is allowed: %s', async (channel, caller, isAllowed) => {
  const snapshot = notifications.snapshot({ channel, limit: 10 }, caller);
  if (isAllowed) expect(await snapshot).toEqual({ notifications: [], lastSeq: 0 });
  else await expect(snapshot).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test.each(['nonsense', Buffer.from('"x"').toString('base64url'), Buffer.from('0').toString('base64url')])(
  'the cursor %s is refused',
  async (cursor) => {
    await expect(notifications.list('alice', 3, cursor)).rejects.toMatchObject({ code: 'CURSOR_INVALID' });
  },
);
