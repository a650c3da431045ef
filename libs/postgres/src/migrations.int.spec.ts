import { freshSchema, type FreshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { openPool } from './connections';
import { Database } from './database';
import { platformMigrations } from './platform-tables';

const first = { id: '0001-thing', up: 'create table thing (id int primary key); insert into thing values (1)' };

let schema: FreshSchema;
let replicas: Database[];

beforeEach(async () => {
  schema = await freshSchema('things');
  replicas = [1, 2, 3].map(() => new Database(openPool(schema.url, 2, 'test')));
});
afterEach(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await schema.drop();
});

/** The service's own migrations, after those of the platform. */
const applied = async () => {
  const { rows } = await sql<{ id: string }>`select id from things.migration order by applied_at`.execute(
    replicas[0]!.rows,
  );
  const ids = rows.map((row) => row.id);
  const platform = platformMigrations.map(({ id }) => id);
  expect(ids.slice(0, platform.length)).toEqual(platform);
  return ids.slice(platform.length);
};

test('replicas that start together apply each migration once', async () => {
  await Promise.all(replicas.map((replica) => replica.migrate('things', [first])));
  expect(await applied()).toEqual(['0001-thing']);
  await Promise.all(replicas.map((replica) => replica.migrate('things', [first])));
  expect(await applied()).toEqual(['0001-thing']);
});

test('a migration that fails is rolled back and may be repaired', async () => {
  const bad = { id: '0002-bad', up: 'create table half (id int); select 1 / 0' };
  await expect(replicas[0]!.migrate('things', [first, bad])).rejects.toThrow(/division by zero/);
  expect(await applied()).toEqual(['0001-thing']);
  await replicas[1]!.migrate('things', [first, { id: '0002-bad', up: 'create table half (id int)' }]);
  expect(await applied()).toEqual(['0001-thing', '0002-bad']);
});

test('a migration that was changed after it ran is an error with its name', async () => {
  await replicas[0]!.migrate('things', [first]);
  const changed = { id: first.id, up: `${first.up};` };
  await expect(replicas[1]!.migrate('things', [changed])).rejects.toThrow('things/0001-thing was changed');
});
