/** The queries for a job and for a customer's turn read few rows, no matter how many jobs exist. */
import { randomUUID } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import { Database, openPool } from '@halftone/postgres';
import { type FreshSchema, freshSchema, readsOf } from '@halftone/testing';
import { migrations } from '../migrations';
import type { ImagesTables } from '../tables';
import { JobStore } from './job.store';

let schema: FreshSchema;
let db: Database<ImagesTables>;

beforeAll(async () => {
  schema = await freshSchema('images');
  db = new Database(openPool(schema.url, 2, 'test'));
  await db.migrate('images', migrations);
  await schema.alter(`
    set search_path = images;
    alter table job drop constraint job_image_id_fkey;
    insert into job (image_id, lease_until)
    select gen_random_uuid(), now() + case when n <= 1 then -1 else 1 end * interval '1 hour'
    from generate_series(1, 100000) n;
    analyze job`);
}, 60_000);
afterAll(async () => {
  await db.close();
  await schema.drop();
});

test('100,000 jobs, one of them free: taking reads few rows', async () => {
  const jobs = new JobStore(db);
  const reads = await readsOf(schema.url, 'job', async () => {
    expect(await db.tx((tx) => jobs.take(tx))).toMatchObject({ fence: 1, attempts: 1 });
    expect(await db.tx((tx) => jobs.take(tx))).toBeUndefined();
  });
  expect(reads.wholeTable).toBe(false);
  expect(reads.steps).toBeGreaterThan(0);
  expect(reads.mostRows).toBeLessThan(1_000);
}, 60_000);

test('100,000 jobs waiting and 100,000 in progress: taking and adding read few rows', async () => {
  await schema.alter(`
    set search_path = images;
    insert into job (image_id, customer, turn)
    select gen_random_uuid(), 'customer-' || n % 100, 100 + n from generate_series(1, 100000) n;
    analyze job`);
  const jobs = new JobStore(db);
  const taking = await readsOf(schema.url, 'job', () => db.tx((tx) => jobs.take(tx)));
  // Rolled back, because each statement runs again to be explained.
  const adding = await readsOf(schema.url, 'job', () =>
    db
      .tx(async (tx) => {
        await jobs.insert(tx, { id: randomUUID(), customer: 'newcomer' });
        throw new DomainError('INTERNAL', 'not wanted');
      })
      .catch((error: unknown) => expect(error).toMatchObject({ message: 'not wanted' })),
  );
  for (const reads of [taking, adding]) {
    expect(reads.wholeTable).toBe(false);
    expect(reads.steps).toBeGreaterThan(0);
    expect(reads.mostRows).toBeLessThan(1_000);
  }
}, 120_000);
