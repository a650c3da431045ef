/** The query for overdue orders reads only overdue rows, no matter how many orders are open. */
import { Database, openPool } from '@halftone/postgres';
import { type FreshSchema, freshSchema, readsOf } from '@halftone/testing';
import { migrations } from '../migrations';
import type { OrdersTables } from '../tables';
import { OrderStore } from './order.store';
import type { StepLimits } from './status';

let schema: FreshSchema;
let db: Database<OrdersTables>;

beforeAll(async () => {
  schema = await freshSchema('orders');
  db = new Database(openPool(schema.url, 2, 'test'));
  await db.migrate('orders', migrations);
  await schema.alter(`
    set search_path = orders;
    insert into "order" (id, customer, status, total, currency, payment, version, created_at, due_at)
    select gen_random_uuid(), 'c' || n % 1000, 'paid', 1, 'USD', 'wallet', 1, now(),
           now() + case when n <= 60 then -1 else 1 end * interval '1 hour'
    from generate_series(1, 100000) n;
    analyze "order"`);
}, 60_000);
afterAll(async () => {
  await db.close();
  await schema.drop();
});

test('100,000 open orders, 60 of them overdue: the query reads few rows', async () => {
  const orders = new OrderStore(db, {} as StepLimits);
  const readBothPages = async () => {
    const first = await orders.overdue(50);
    expect(await orders.overdue(50, first.at(-1))).toHaveLength(10);
  };
  const reads = await readsOf(schema.url, 'order', readBothPages);
  expect(reads).toMatchObject({ steps: 2, wholeTable: false });
  expect(reads.mostRows).toBeLessThan(1_000);
}, 60_000);
