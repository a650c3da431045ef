/**
 * Each statement gets the rest of its call's deadline. The server enforces it, and the error says that time ran out.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { runInCall } from '@halftone/service';
import { freshSchema, type FreshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import type { Pool } from 'pg';
import { openPool } from './connections';
import { Database } from './database';

let schema: FreshSchema;
let pool: Pool;
let database: Database;
let other: Database;

beforeAll(async () => {
  schema = await freshSchema('deadline');
  pool = openPool(schema.url, 1, 'limited');
  database = new Database(pool);
  other = new Database(openPool(schema.url, 1, 'other'));
  await sql`create table item (id int primary key); insert into item values (1)`.execute(other.rows);
});
afterAll(async () => {
  await Promise.all([database.close(), other.close()]);
  await schema.drop();
});

const within = <R>(ms: number, work: () => Promise<R>): Promise<R> => runInCall({ deadline: Date.now() + ms }, work);
const canceledByServer = { code: 'DEADLINE_EXCEEDED', cause: { code: '57014' } };

/** The statement timeout of the connection, in milliseconds. */
async function limit(rows: Parameters<ReturnType<typeof sql>['execute']>[0]): Promise<number> {
  const query = sql<{ ms: number }>`select setting::int as ms from pg_settings where name = 'statement_timeout'`;
  return (await query.execute(rows)).rows[0]?.ms ?? 0;
}

test('a statement after a slow part of the transaction gets only the time that is left', async () => {
  const slow = within(4_000, () =>
    database.tx(async (tx) => {
      await sql`select 1`.execute(tx);
      await sleep(2_000);
      await sql`select pg_sleep(20)`.execute(tx);
    }),
  );
  await expect(slow).rejects.toMatchObject(canceledByServer);
});

test('the server ends a late wait for a lock with the deadline error', async () => {
  await other.tx(async (held) => {
    await sql`select from item for update`.execute(held);
    const waiting = within(4_000, () =>
      database.tx(async (tx) => {
        await sleep(2_000);
        await sql`update item set id = 1`.execute(tx);
      }),
    );
    await expect(waiting).rejects.toMatchObject(canceledByServer);
  });
});

test('a wait for a lock ends after the lock limit of its call, long before the deadline', async () => {
  await other.tx(async (held) => {
    await sql`select from item for update`.execute(held);
    const began = performance.now();
    const waiting = runInCall({ deadline: Date.now() + 10_000, lockMs: 200 }, () =>
      database.tx((tx) => sql`update item set id = 1`.execute(tx)),
    );
    await expect(waiting).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', cause: { code: '55P03' } });
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

test('the lock limit of one call does not apply to the next', async () => {
  await runInCall({ lockMs: 200 }, () => database.tx((tx) => sql`select 1`.execute(tx)));
  const { rows } = await database.tx((tx) => sql<{ lock_timeout: string }>`show lock_timeout`.execute(tx));
  expect(rows[0]?.lock_timeout).toBe('0');
});

test('the server limits each statement of a transaction to the time that is left', async () => {
  await within(5_000, () =>
    database.tx(async (tx) => {
      expect(await limit(tx)).toBeLessThanOrEqual(5_000);
      await sleep(1_000);
      expect(await limit(tx)).toBeLessThanOrEqual(4_100);
    }),
  );
});

test('the server limits a statement outside a transaction to the time that is left', async () => {
  await expect(within(500, () => sql`select pg_sleep(5)`.execute(database.rows))).rejects.toMatchObject(
    canceledByServer,
  );
});

test('the limit of an earlier call does not cut off a call with more time', async () => {
  await within(300, () => limit(database.rows));
  await within(20_000, () => sql`select pg_sleep(0.6)`.execute(database.rows));
  await within(300, () => limit(database.rows));
  await sql`select pg_sleep(0.6)`.execute(database.rows);
  await within(300, () => limit(database.rows));
  await database.tx((tx) => sql`select pg_sleep(0.6)`.execute(tx));
});

test('without a deadline the server still has a limit, in and outside transactions', async () => {
  expect(await limit(database.rows)).toBe(30_000);
  expect(await database.tx((tx) => limit(tx))).toBe(30_000);
});

test('after the deadline a transaction sends no statement, does not commit, and returns its connection', async () => {
  const pid = async () =>
    (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(database.rows)).rows[0]?.pid;
  const before = await pid();
  const late = within(300, () =>
    database.tx(async (tx) => {
      await sql`insert into item values (2)`.execute(tx);
      await sleep(400);
      await sql`select 1`.execute(tx);
    }),
  );
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  const lateCommit = within(300, () =>
    database.tx(async (tx) => {
      await sql`insert into item values (2)`.execute(tx);
      await sleep(400);
    }),
  );
  await expect(lateCommit).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  expect((await sql`select from item where id = 2`.execute(database.rows)).rows).toEqual([]);
  expect(await pid()).toBe(before);
});

test('a wait for a free connection ends at the deadline, and the connection is not lost', async () => {
  await database.tx(async () => {
    await expect(within(200, () => database.ping())).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });
  await database.ping();
  expect(pool.idleCount).toBe(1);
});

test('a migration may take longer than the statement limit', async () => {
  const migration = {
    id: '0001-limit',
    up: `create table seen as select setting::int as ms from pg_settings where name = 'statement_timeout'`,
  };
  await other.migrate('deadline', [migration]);
  expect((await sql`select ms from seen`.execute(other.rows)).rows).toEqual([{ ms: 0 }]);
});
