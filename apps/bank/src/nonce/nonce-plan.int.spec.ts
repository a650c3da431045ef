/** Deleting expired nonces uses an index, no matter how many nonces exist. */
import { Database, openPool, Reaper } from '@halftone/postgres';
import { type FreshSchema, freshSchema, readsOf } from '@halftone/testing';
import { migrations } from '../migrations';
import type { BankTables } from '../tables';
import { oldNonces } from './nonce.store';

let schema: FreshSchema;
let db: Database<BankTables>;

beforeAll(async () => {
  schema = await freshSchema('bank');
  db = new Database(openPool(schema.url, 2, 'test'));
  await db.migrate('bank', migrations);
  await schema.alter(`
    set search_path = bank;
    insert into nonce select 'n' || n, now() + case when n <= 60 then -1 else 1 end * interval '1 hour'
    from generate_series(1, 100000) n;
    analyze nonce`);
}, 60_000);
afterAll(async () => {
  await db.close();
  await schema.drop();
});

test('100,000 nonces, 60 of them expired: few rows are read', async () => {
  const reads = await readsOf(schema.url, 'nonce', () => new Reaper(db.rows, { rules: [oldNonces] }).reap());
  expect(reads.wholeTable).toBe(false);
  expect(reads.steps).toBeGreaterThan(0);
  expect(reads.mostRows).toBeLessThan(1_000);
}, 60_000);
