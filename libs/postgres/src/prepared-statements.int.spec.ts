/** Statements are prepared, and a prepared statement that is out of date is prepared again without an error. */
import { runInCall } from '@halftone/service';
import { freshSchema, type FreshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { anyOf } from './any-of';
import { openPool } from './connections';
import { Database } from './database';

interface Tables {
  item: { id: number };
}

const POOL_SIZE = 5;
let schema: FreshSchema;
let database: Database<Tables>;

beforeEach(async () => {
  schema = await freshSchema('orders');
  database = new Database<Tables>(openPool(schema.url, POOL_SIZE, 'test'));
  await sql`create table item (id int primary key); insert into item values (1);
    create table note (run int)`.execute(database.rows);
});
afterEach(async () => {
  await database.close();
  await schema.drop();
});

const readItem = (rows: Pick<Database<Tables>['rows'], 'selectFrom'> = database.rows) =>
  rows.selectFrom('item').selectAll().where('id', '=', 1).execute();

const migrate = () => schema.alter('alter table orders.item add column added int');

const names = async (rows: Parameters<ReturnType<typeof sql>['execute']>[0] = database.rows) =>
  (await sql<{ name: string }>`select name from pg_prepared_statements order by name`.execute(rows)).rows;

/** All connections of the pool have prepared the statement: as many wait for each other. */
const readOnEveryConnection = () =>
  Promise.all(
    Array.from({ length: POOL_SIZE }, () =>
      database.rows.connection().execute(async (one) => {
        await readItem(one);
        await sql`select pg_sleep(0.2)`.execute(one);
      }),
    ),
  );

test('a statement with parameters is prepared once per connection; one without is not', async () => {
  for (let turn = 0; turn < 3; turn += 1) await readItem();
  await sql`select 1`.execute(database.rows);
  expect(await names()).toEqual([{ name: 's0_0' }]);
});

test('lists of all lengths are one statement; an empty one matches nothing', async () => {
  await sql`insert into item values (2)`.execute(database.rows);
  const having = (...ids: string[]) => database.rows.selectFrom('item').select('id').where(anyOf('id', ids)).execute();
  expect(await having()).toEqual([]);
  expect(await having('2')).toEqual([{ id: 2 }]);
  expect(await having('2', '3', '1')).toHaveLength(2);
  expect(await names()).toHaveLength(1);
});

test('several statements in one text run as before', async () => {
  await sql`insert into item values (2); insert into item values (3)`.execute(database.rows);
  const { rows } = await sql<{ id: number }>`select id from item order by id`.execute(database.rows);
  expect(rows).toEqual([{ id: 1 }, { id: 2 }, { id: 3 }]);
});

test('a migration between two reads outside a transaction causes no error, on any connection', async () => {
  await readOnEveryConnection();
  await migrate();
  await readOnEveryConnection();
  expect(await readItem()).toEqual([{ id: 1, added: null }]);
});

test('a migration between two transactions causes no error, on any connection', async () => {
  await readOnEveryConnection();
  await migrate();
  await Promise.all(Array.from({ length: 4 * POOL_SIZE }, () => database.tx((tx) => readItem(tx))));
});

test('a migration in the middle of a transaction: the work runs again, once, and commits', async () => {
  await readItem();
  let runs = 0;
  await database.tx(async (tx) => {
    runs += 1;
    await sql`insert into note values (${runs})`.execute(tx);
    if (runs === 1) await migrate();
    await readItem(tx);
  });
  expect(runs).toBe(2);
  expect((await sql<{ run: number }>`select run from note`.execute(database.rows)).rows).toEqual([{ run: 2 }]);
});

test('writes after a migration take effect once', async () => {
  const insert = (id: number) => database.rows.insertInto('item').values({ id }).returningAll().execute();
  await insert(2);
  await migrate();
  await insert(3);
  expect(await sql`select from item`.execute(database.rows)).toMatchObject({ rows: [{}, {}, {}] });
});

test('statements that the server has forgotten are prepared again, in and outside transactions', async () => {
  await readItem();
  await sql`discard all`.execute(database.rows);
  expect(await readItem()).toEqual([{ id: 1 }]);
  await sql`discard all`.execute(database.rows);
  expect(await database.tx((tx) => readItem(tx))).toEqual([{ id: 1 }]);
});

test('after the server ended all connections the statements are prepared on the new ones', async () => {
  await readOnEveryConnection();
  await schema.alter(`select pg_terminate_backend(pid, 10000) from pg_stat_activity where usename = '${schema.name}'`);
  await expect(readItem().catch(() => readItem())).resolves.toEqual([{ id: 1 }]);
});

test('a statement that fails stays usable', async () => {
  const insert = (id: number) => database.rows.insertInto('item').values({ id }).execute();
  await expect(insert(1)).rejects.toMatchObject({ code: '23505' });
  await insert(2);
  await expect(insert(2)).rejects.toMatchObject({ code: '23505' });
});

test('a prepared statement still has the deadline of its call', async () => {
  const slow = (seconds: number) => sql`select pg_sleep(${seconds})`.execute(database.rows);
  await slow(0);
  await expect(runInCall({ deadline: Date.now() + 500 }, () => slow(5))).rejects.toMatchObject({
    code: 'DEADLINE_EXCEEDED',
    cause: { code: '57014' },
  });
});
