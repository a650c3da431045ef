import { uuidv7 } from '@halftone/kernel';
import { Database, PostgresModule, postgresSettings } from '@halftone/postgres';
import { defineService, type RunningService } from '@halftone/service';
import { bootService, type FreshSchema, freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { migrations } from '../migrations';
import { NotificationService } from './notification.service';
import { NotificationStore } from './notification.store';
import { notifierOf } from './notify.fixture';
import type { NotificationsTables } from '../tables';
import { GalleryService } from './gallery.service';
import { GalleryStore } from '../gallery/gallery.store';

/** Without the worker: the tests call `publish`. */
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
const notify = (type: string, key = 'alice') =>
  notifierOf(service)({ id: uuidv7(), key, type, subject: 'orders/secret', time: now }, { order: { total: 7 } });
const snapshot = async () => (await notifications.snapshot({ channel: 'gallery', limit: 10 }, undefined)).notifications;

async function published() {
  const rows = await db.rows
    .selectFrom('notification')
    .selectAll()
    .where('channel', '=', 'gallery')
    .orderBy('seq')
    .execute();
  return rows.map(({ seq, type, data }) => ({ seq, type, ...data }));
}

test('an update has one notification per kind, with the count since the last update and the total', async () => {
  await Promise.all([notify('order.paid'), notify('order.paid', 'bob'), notify('image.ready'), notify('order.placed')]);
  await gallery.publish(now);
  await notify('order.paid');
  await gallery.publish(now);
  expect(await published()).toEqual([
    { seq: 1, type: 'gallery.orders-paid', count: 2, total: 2 },
    { seq: 2, type: 'gallery.photos-ready', count: 1, total: 1 },
    { seq: 3, type: 'gallery.orders-paid', count: 1, total: 3 },
  ]);
});

test('an update has no customer data', async () => {
  await notify('order.paid');
  await gallery.publish(now);
  expect(await snapshot()).toEqual([
    expect.objectContaining({ subject: 'gallery/orders-paid', data: { count: 1, total: 1 }, time: now }),
  ]);
});

test('without new events there is no update', async () => {
  await notify('order.placed');
  await gallery.publish(now);
  expect(await published()).toEqual([]);
});

test('concurrent replicas count each notification once', async () => {
  const customers = Array.from({ length: 60 }, (_, n) => notify('order.paid', `c${n}`));
  const updates = Array.from({ length: 12 }, () => gallery.publish(now));
  await Promise.all([...customers, ...updates]);
  await gallery.publish(now);
  const notices = await published();
  expect(notices.map(({ seq }) => seq)).toEqual(notices.map((_, index) => index + 1));
  expect(notices.at(-1)).toMatchObject({ total: 60 });
  let before = 0;
  for (const notice of notices) {
    const { count, total } = notice as unknown as { count: number; total: number };
    expect(total).toBe(before + count);
    before = total;
  }
});

test('a rolled back notification is not counted', async () => {
  const broken = { id: uuidv7(), key: 'alice', type: 'order.paid', subject: null as unknown as string, time: now };
  await expect(notifierOf(service)(broken, {})).rejects.toThrow(/null value/);
  await gallery.publish(now);
  expect(await published()).toEqual([]);
});
