import { Database, openPool } from '@halftone/postgres';
import { freshSchema, type FreshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { migrations } from './migrations';
import type { OrdersTables } from './tables';

let schema: FreshSchema;
let db: Database<OrdersTables>;

beforeAll(async () => {
  schema = await freshSchema('orders');
  db = new Database<OrdersTables>(openPool(schema.url, 2, 'test'));
});
afterAll(async () => {
  await db.close();
  await schema.drop();
});

test('migration 0002 keeps existing orders, copies the reason of a cancellation and sets a time limit', async () => {
  await db.migrate('orders', migrations.slice(0, 1));
  const [open, cancelled] = ['01990000-0000-7000-8000-000000000001', '01990000-0000-7000-8000-000000000002'];
  await sql`
    insert into "order" values
      (${open}, 'alice', 'paid', 29, 'USD', 'wallet', 2, null, now()),
      (${cancelled}, 'alice', 'cancelled', 29, 'USD', 'wallet', 2, 'INSUFFICIENT_FUNDS', now())`.execute(db.rows);
  await sql`
    insert into order_event values
      (${cancelled}, 1, gen_random_uuid(), 'order.placed', now()),
      (${cancelled}, 2, gen_random_uuid(), 'order.cancelled', now())`.execute(db.rows);

  await db.migrate('orders', migrations);

  const orders = await db.rows.selectFrom('order').select(['id', 'status', 'reason', 'due_at']).orderBy('id').execute();
  expect(orders).toEqual([
    { id: open, status: 'paid', reason: null, due_at: expect.any(Date) },
    { id: cancelled, status: 'cancelled', reason: 'INSUFFICIENT_FUNDS', due_at: null },
  ]);
  const events = await db.rows.selectFrom('order_event').select(['type', 'reason']).orderBy('version').execute();
  expect(events).toEqual([
    { type: 'order.placed', reason: null },
    { type: 'order.cancelled', reason: 'INSUFFICIENT_FUNDS' },
  ]);
});

test.each([
  ['an unknown state', { status: 'lost', reason: null, payment: 'wallet' }],
  ['a setback without a reason', { status: 'refunding', reason: null, payment: 'bank' }],
  ['a reason without a setback', { status: 'paid', reason: 'why', payment: 'bank' }],
  ['an unknown payment method', { status: 'placed', reason: null, payment: 'gold' }],
])('the table refuses %s', async (_, { status, reason, payment }) => {
  await db.migrate('orders', migrations);
  const insert = sql`
    insert into "order" (id, customer, status, total, currency, payment, version, reason, created_at)
    values (gen_random_uuid(), 'alice', ${status}, 29, 'USD', ${payment}, 1, ${reason}, now())`;
  await expect(insert.execute(db.rows)).rejects.toThrow(/check constraint/);
});
