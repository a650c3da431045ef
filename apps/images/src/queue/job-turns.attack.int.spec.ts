/** One customer fills the queue; other customers' photos are not delayed. */
import { limits } from '@halftone/contracts';
import { Database, openPool } from '@halftone/postgres';
import { type FreshSchema, freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { migrations } from '../migrations';
import type { ImagesTables } from '../tables';
import type { Job } from './job';
import { JobStore } from './job.store';

let schema: FreshSchema;
let db: Database<ImagesTables>;
let jobs: JobStore;

beforeAll(async () => {
  schema = await freshSchema('images');
  db = new Database(openPool(schema.url, 5, 'test'));
  await db.migrate('images', migrations);
  await schema.alter('alter table images.job drop constraint job_image_id_fkey');
  jobs = new JobStore(db);
});
beforeEach(() => sql`truncate job`.execute(db.rows));
afterAll(async () => {
  await db.close();
  await schema.drop();
});

/** The customer of each job. Ids grow with time, like those of photos. */
const names = new Map<string, string>();
const nextId = () => `00000000-0000-7000-8000-${String(names.size).padStart(12, '0')}`;

async function add(customer: string, count = 1): Promise<void> {
  for (let n = 1; n <= count; n++) {
    const id = nextId();
    names.set(id, customer);
    await db.tx((tx) => jobs.insert(tx, { id, customer }));
  }
}

async function take(): Promise<Job> {
  const job = await db.tx((tx) => jobs.take(tx));
  if (!job) throw new Error('no job is free');
  return job;
}

async function work(count: number): Promise<string[]> {
  const done: string[] = [];
  for (let n = 1; n <= count; n++) {
    const job = await take();
    done.push(names.get(job.imageId) ?? '');
    await db.tx((tx) => jobs.remove(tx, job));
  }
  return done;
}

const [a, b, c] = ['attacker', 'bob', 'carol'];

test('the first job of a new customer overtakes the queued jobs of another', async () => {
  await add(a, 6);
  await add(b);
  expect(await work(3)).toEqual([a, b, a]);
});

test('customers take turns, also while jobs are in progress', async () => {
  await add(a, 4);
  const first = await take();
  expect(names.get(first.imageId)).toBe(a);
  await add(b, 2);
  await add(c, 2);
  expect(await work(7)).toEqual([b, c, a, b, c, a, a]);
});

test('a customer with many finished jobs is not behind later customers', async () => {
  await add(a, 20);
  expect(await work(19)).toEqual(Array(19).fill(a));
  await add(b, 3);
  await add(a, 2);
  expect(await work(6)).toEqual([a, b, b, a, b, a]);
});

test('a customer with no queued job starts at the current turn, no matter how many were made before', async () => {
  await add(a, 5);
  await work(5);
  await add(b, 3);
  await add(a);
  expect(await work(4)).toEqual([b, a, b, b]);
});

test('a job whose worker died is first, because it had its turn already', async () => {
  await add(a, 2);
  await add(b);
  const dead = await take();
  await sql`update job set lease_until = clock_timestamp() where image_id = ${dead.imageId}`.execute(db.rows);
  expect((await take()).imageId).toBe(dead.imageId);
});

test('beyond the quota a customer gets 429 with Retry-After, and other customers do not', async () => {
  const { value } = limits.queuedJobs;
  await add(a, value);
  await expect(add(a)).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) });
  await add(b);
  await work(1);
  await add(a);
  await expect(add(a)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
});
