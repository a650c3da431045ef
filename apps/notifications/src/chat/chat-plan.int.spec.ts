/** The poll for new messages reads only the rooms with open streams. */
import { Database, openPool } from '@halftone/postgres';
import { type FreshSchema, freshSchema, readsOf } from '@halftone/testing';
import { migrations } from '../migrations';
import type { NotificationsTables } from '../tables';
import { ChatStore } from './chat.store';

let schema: FreshSchema;
let db: Database<NotificationsTables>;

beforeAll(async () => {
  schema = await freshSchema('notifications');
  db = new Database(openPool(schema.url, 2, 'test'));
  await db.migrate('notifications', migrations);
  await schema.alter(`
    set search_path = notifications;
    insert into chat_room (name, last_seq) select 'room-' || n, 1 from generate_series(1, 100000) n;
    analyze chat_room`);
}, 60_000);
afterAll(async () => {
  await db.close();
  await schema.drop();
});

test('100,000 rooms, streams in 100 of them: the poll reads 100 rows', async () => {
  const rooms = Array.from({ length: 100 }, (_, n) => `room-${n + 1}`);
  const reads = await readsOf(schema.url, 'chat_room', () => new ChatStore(db).lastSeqs(rooms));
  expect(reads).toEqual({ steps: 1, wholeTable: false, mostRows: 100 });
}, 60_000);
