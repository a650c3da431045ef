import { Database, openPool, Reaper } from '@halftone/postgres';
import { type FreshSchema, freshSchema } from '@halftone/testing';
import { migrations } from '../migrations';
import type { BankTables } from '../tables';
import { NonceStore, oldNonces } from './nonce.store';

let schema: FreshSchema;
let db: Database<BankTables>;
/** One store per replica. */
let nonces: NonceStore[];

beforeAll(async () => {
  schema = await freshSchema('bank');
  db = new Database(openPool(schema.url, 8, 'test'));
  await db.migrate('bank', migrations);
  nonces = [new NonceStore(db), new NonceStore(db)];
});
afterAll(async () => {
  await db.close();
  await schema.drop();
});

const use = (value: string, inMs: number, at = 0) => (nonces[at] as NonceStore).use(value, new Date(Date.now() + inMs));

test('of many concurrent copies, on any replica, one is accepted', async () => {
  const copies = await Promise.all(Array.from({ length: 16 }, (_, copy) => use('copied', 60_000, copy % 2)));
  expect(copies.filter(Boolean)).toHaveLength(1);
});

test('expired nonces are deleted, after a margin for clock differences', async () => {
  expect([await use('long ago', -11 * 60_000), await use('just now', -9 * 60_000)]).toEqual([true, true]);
  expect(await new Reaper(db.rows, { rules: [oldNonces] }).reap()).toBe(1);
  expect([await use('long ago', 1_000), await use('just now', 1_000)]).toEqual([true, false]);
});
