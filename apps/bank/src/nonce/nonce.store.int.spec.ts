import { Database, openPool } from '@halftone/postgres';
import { Lifecycle } from '@halftone/service';
import { type FreshSchema, freshSchema } from '@halftone/testing';
import { migrations } from '../migrations';
import type { BankTables } from '../tables';
import { NonceStore } from './nonce.store';

let schema: FreshSchema;
let db: Database<BankTables>;
/** One of each replica. */
let nonces: NonceStore[];

beforeAll(async () => {
  schema = await freshSchema('bank');
  db = new Database(openPool(schema.url, 8, 'test'));
  await db.migrate('bank', migrations);
  nonces = [new NonceStore(db, new Lifecycle(0)), new NonceStore(db, new Lifecycle(0))];
});
afterAll(async () => {
  await db.close();
  await schema.drop();
});

const use = (value: string, inMs: number, at = 0) => (nonces[at] as NonceStore).use(value, new Date(Date.now() + inMs));

test('of many copies at the same moment, on any replica, one is taken', async () => {
  const copies = await Promise.all(Array.from({ length: 16 }, (_, copy) => use('copied', 60_000, copy % 2)));
  expect(copies.filter(Boolean)).toHaveLength(1);
});

test('what is over is forgotten, but not before every clock says so', async () => {
  expect([await use('long ago', -11 * 60_000), await use('just now', -9 * 60_000)]).toEqual([true, true]);
  await nonces[0]?.prune();
  expect([await use('long ago', 1_000), await use('just now', 1_000)]).toEqual([true, false]);
});
