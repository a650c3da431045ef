import { uuidv7 } from '@halftone/kernel';
import { Database, PostgresModule, postgresSettings } from '@halftone/postgres';
import { defineService, type RunningService } from '@halftone/service';
import { bootService, type FreshSchema, freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { migrations } from '../migrations';
import { NotificationService } from '../notification/notification.service';
import { NotificationStore } from '../notification/notification.store';
import type { NotificationsTables } from '../tables';
import { GalleryService } from './gallery.service';
import { GalleryStore } from './gallery.store';

/** Without the ticker: the test ticks. */
const shop = defineService({
  name: 'notifications',
  settings: postgresSettings,
  module: (config) => ({
    module: class Shop {},
    imports: [PostgresModule.forRoot({ url: config.DATABASE_URL, poolSize: 20, schema: 'notifications', migrations })],
    providers: [NotificationService, NotificationStore, GalleryService, GalleryStore],
  }),
});

let schema: FreshSchema;
let service: RunningService;
let db: Database<NotificationsTables>;
let notifications: NotificationService;
let gallery: GalleryService;

beforeAll(async () => {
  schema = await freshSchema('notifications');
  service = await bootService(shop, { DATABASE_URL: schema.url });
  db = service.app.get<Database<NotificationsTables>>(Database);
  notifications = service.app.get(NotificationService);
  gallery = service.app.get(GalleryService);
});
afterEach(() => sql`truncate channel, notification, latest, gallery_due, outbox, inbox cascade`.execute(db.rows));
afterAll(async () => {
  await service.stop();
  await schema.drop();
});

const now = new Date('2026-01-01T00:00:00Z');
const tell = (type: string, key = 'alice') =>
  notifications.tell({ id: uuidv7(), key, type, subject: 'orders/secret', time: now }, { order: { total: 7 } });
const told = async () => (await notifications.snapshot({ channel: 'gallery', limit: 10 }, undefined)).notifications;

async function ticker() {
  const rows = await db.rows
    .selectFrom('notification')
    .selectAll()
    .where('channel', '=', 'gallery')
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, type, data }) => ({ seq, type, ...data }));
}

test('what happened since the last tick is one notice of each kind, with the total of all time', async () => {
  await Promise.all([tell('order.paid'), tell('order.paid', 'bob'), tell('image.ready'), tell('order.placed')]);
  await gallery.tick(now);
  await tell('order.paid');
  await gallery.tick(now);
  expect(await ticker()).toEqual([
    { seq: 1, type: 'gallery.orders-paid', count: 2, total: 2 },
    { seq: 2, type: 'gallery.photos-ready', count: 1, total: 1 },
    { seq: 3, type: 'gallery.orders-paid', count: 1, total: 3 },
  ]);
});

test('nothing in it says who bought what', async () => {
  await tell('order.paid');
  await gallery.tick(now);
  expect(await told()).toEqual([
    expect.objectContaining({ subject: 'gallery/orders-paid', data: { count: 1, total: 1 }, time: now }),
  ]);
});

test('when nothing happened there is nothing to tell', async () => {
  await tell('order.placed');
  await gallery.tick(now);
  expect(await ticker()).toEqual([]);
});

test('replicas that tick at the same moment, while customers are told, count each thing once', async () => {
  const customers = Array.from({ length: 60 }, (_, n) => tell('order.paid', `c${n}`));
  const ticks = Array.from({ length: 12 }, () => gallery.tick(now));
  await Promise.all([...customers, ...ticks]);
  await gallery.tick(now);
  const notices = await ticker();
  expect(notices.map(({ seq }) => seq)).toEqual(notices.map((_, index) => index + 1));
  expect(notices.at(-1)).toMatchObject({ total: 60 });
  let before = 0;
  for (const notice of notices) {
    const { count, total } = notice as unknown as { count: number; total: number };
    expect(total).toBe(before + count);
    before = total;
  }
});

test('an effect that is rolled back is not counted', async () => {
  const broken = { id: uuidv7(), key: 'alice', type: 'order.paid', subject: null as unknown as string, time: now };
  await expect(notifications.tell(broken, {})).rejects.toThrow(/null value/);
  await gallery.tick(now);
  expect(await ticker()).toEqual([]);
});
