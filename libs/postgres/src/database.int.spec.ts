import { runInCall } from '@halftone/service';
import { eventually, freshSchema, type FreshSchema, growth } from '@halftone/testing';
import { sql } from 'kysely';
import { afterCommit } from './after-commit';
import { openPool } from './connections';
import { Database } from './database';

interface Tables {
  account: { id: string; balance: number };
}

let schema: FreshSchema;
let database: Database<Tables>;

beforeAll(async () => {
  schema = await freshSchema('orders');
  database = new Database<Tables>(openPool(schema.url, 5, 'test'));
  await database.migrate('orders', [
    { id: '0001-account', up: 'create table account (id text primary key, balance bigint not null)' },
  ]);
});
afterAll(async () => {
  await database.close();
  await schema.drop();
});
beforeEach(async () => {
  await database.tx(async (tx) => {
    await tx.deleteFrom('account').execute();
    await tx
      .insertInto('account')
      .values([
        { id: 'a', balance: 100 },
        { id: 'b', balance: 100 },
      ])
      .execute();
  });
});

const balances = async () =>
  Object.fromEntries(
    (await database.rows.selectFrom('account').selectAll().execute()).map((row) => [row.id, row.balance]),
  );

test('a bigint is read as a number; one that a number cannot hold is an error', async () => {
  expect(await balances()).toEqual({ a: 100, b: 100 });
  await expect(sql`select 9007199254740993::bigint`.execute(database.rows)).rejects.toThrow(/not an exact amount/);
});

test('work that throws is rolled back', async () => {
  const failing = database.tx(async (tx) => {
    await tx.updateTable('account').set({ balance: 0 }).execute();
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(await balances()).toEqual({ a: 100, b: 100 });
});

test('two transactions that deadlock both complete', async () => {
  let bothLocked = 0;
  const move = (from: string, to: string) =>
    database.tx(async (tx) => {
      await tx
        .updateTable('account')
        .set((eb) => ({ balance: eb('balance', '-', 10) }))
        .where('id', '=', from)
        .execute();
      bothLocked += 1;
      await eventually(() => expect(bothLocked).toBeGreaterThanOrEqual(2));
      await tx
        .updateTable('account')
        .set((eb) => ({ balance: eb('balance', '+', 10) }))
        .where('id', '=', to)
        .execute();
    });
  await Promise.all([move('a', 'b'), move('b', 'a')]);
  expect(bothLocked).toBe(3);
  expect(await balances()).toEqual({ a: 100, b: 100 });
});

test('a statement does not outlive the deadline of its call', async () => {
  const started = Date.now();
  const slow = runInCall({ deadline: Date.now() + 1_000 }, () =>
    database.tx((tx) => sql`select pg_sleep(60)`.execute(tx)),
  );
  await expect(slow).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED', cause: { code: '57014' } });
  expect(Date.now() - started).toBeLessThan(30_000);
  const late = runInCall({ deadline: Date.now() - 1 }, () => database.tx(async () => 1));
  await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  const { rows } = await database.tx((tx) => sql<{ statement_timeout: string }>`show statement_timeout`.execute(tx));
  expect(rows[0]?.statement_timeout).toBe('30s');
});

test('a connection that the server ends gives UNAVAILABLE and is replaced for the next call', async () => {
  const cut = database.tx(async (tx) => {
    await sql`select pg_terminate_backend(pg_backend_pid())`.execute(tx);
  });
  await expect(cut).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await balances()).toEqual({ a: 100, b: 100 });
});

test('idle connections that the server ends cause no error', async () => {
  await Promise.all([database.ping(), database.ping(), database.ping()]);
  const other = openPool(schema.url, 1, 'killer');
  await other.query(`select pg_terminate_backend(pid, 10000) from pg_stat_activity
    where application_name = 'test' and usename = current_user`);
  await other.end();
  await eventually(() => database.ping());
});

test('an unreachable server gives UNAVAILABLE', async () => {
  const nowhere = new Database(openPool('postgres://nobody@127.0.0.1:1/none', 1, 'test'));
  await expect(nowhere.ping()).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { code: 'ECONNREFUSED' } });
  await nowhere.close();
});

test('afterCommit runs its callback once after the commit, and never after a rollback', async () => {
  const done: string[] = [];
  const outcomes = ['committed', 'rolled-back'].map(
    (outcome) => `db_transaction_duration_seconds_count{outcome="${outcome}"}`,
  );
  const transactions = await growth(outcomes, async () => {
    await database.tx(async (tx) => {
      afterCommit(tx, () => done.push('counted'));
      done.push('worked');
    });
    const refused = database.tx(async (tx) => {
      afterCommit(tx, () => done.push('never'));
      throw new Error('refused');
    });
    await expect(refused).rejects.toThrow('refused');
  });
  expect(done).toEqual(['worked', 'counted']);
  expect(transactions).toEqual([1, 1]);
});
