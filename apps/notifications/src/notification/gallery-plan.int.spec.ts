/** No matter how much the gallery has to count, the check reads one row and an update a bounded number. */
import { Database, openPool } from '@halftone/postgres';
import { type FreshSchema, freshSchema, readsOf } from '@halftone/testing';
import { migrations } from '../migrations';
import { NotificationStore } from './notification.store';
import type { NotificationsTables } from '../tables';
import { GalleryService } from './gallery.service';
import { GalleryStore } from '../gallery/gallery.store';

let schema: FreshSchema;
let db: Database<NotificationsTables>;
let store: GalleryStore;

beforeAll(async () => {
  schema = await freshSchema('notifications');
  db = new Database(openPool(schema.url, 2, 'test'));
  await db.migrate('notifications', migrations);
  store = new GalleryStore(db);
}, 60_000);
beforeEach(() =>
  schema.alter(`
    set search_path = notifications;
    truncate gallery_due;
    insert into gallery_due (notification_id, kind) select gen_random_uuid(), 'orders-paid' from generate_series(1, 12000) n;
    analyze gallery_due`),
);
afterAll(async () => {
  await db.close();
  await schema.drop();
});

test('12,000 due: the check reads one row', async () => {
  const check = async () => expect(await store.isDue()).toBe(true);
  expect(await readsOf(schema.url, 'gallery_due', check)).toMatchObject({ steps: 1, mostRows: 1 });
}, 60_000);

test('12,000 due: no transaction takes more than 5,000, and each is counted once', async () => {
  const rolledBack = new Error('rolledBack');
  const takeAndRollBack = async () => {
    const taking = db.tx(async (tx) => {
      expect(await store.take(tx)).toEqual([{ kind: 'orders-paid', count: 5_000 }]);
      throw rolledBack;
    });
    await expect(taking).rejects.toBe(rolledBack);
  };
  const reads = await readsOf(schema.url, 'gallery_due', takeAndRollBack);
  expect(reads.steps).toBeGreaterThan(0);
  expect(reads.mostRows).toBeLessThanOrEqual(5_000);

  const gallery = new GalleryService(db, store, new NotificationStore(db));
  const signal = jest.spyOn(store.due, 'signal');
  for (let update = 0; update < 4; update += 1) await gallery.publish(new Date());
  expect(signal).toHaveBeenCalledTimes(2);
  const notices = await db.rows.selectFrom('notification').select('data').orderBy('seq').execute();
  expect(notices.map(({ data }) => data)).toEqual([
    { count: 5_000, total: 5_000 },
    { count: 5_000, total: 10_000 },
    { count: 2_000, total: 12_000 },
  ]);
}, 60_000);
