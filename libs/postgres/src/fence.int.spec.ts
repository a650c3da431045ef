import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually, freshSchema, type FreshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { deadClientDetection, openPool } from './connections';
import { Database } from './database';
import { idempotently } from './idempotency';

const text = {
  encode: (value: string) => ({ finish: () => Buffer.from(value) }),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
};
const claim = { customer: 'alice', route: 'payments.CreateTransfer', key: 'k1' };

/**
 * Claims the key and writes the effect as our services do, then prints `holds`. It commits on input and prints the
 * outcome.
 */
const holder = `
  const { Client } = require('pg');
  const client = new Client({ connectionString: process.argv[1], application_name: 'holder' });
  client.on('error', () => undefined);
  const print = (word) => process.stdout.write(word + '\\n');
  void (async () => {
    await client.connect();
    await client.query('begin');
    await client.query("insert into idempotency (customer, route, key, fingerprint) values ('alice', 'payments.CreateTransfer', 'k1', 'f1')");
    await client.query("insert into effect values ('of the holder')");
    await client.query(process.argv[2]);
    process.stdin.once('data', () => client.query('commit').then(() => print('committed'), () => print('refused')));
    print('holds');
  })();
`;

let schema: FreshSchema;
let database: Database<{ effect: { of: string } }>;
let paused: ChildProcess | undefined;

beforeEach(async () => {
  schema = await freshSchema('payments');
  database = new Database(openPool(schema.url, 3, 'test'));
  await database.migrate('payments', [{ id: '0001-effect', up: 'create table effect ("of" text not null)' }]);
});
afterEach(async () => {
  paused?.kill('SIGKILL');
  await database.close();
  await schema.drop();
});

async function startHolder(idleMs: number) {
  const child = spawn(process.execPath, ['-e', holder, schema.url, deadClientDetection(idleMs)], {
    cwd: __dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  paused = child;
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const nextLine = async () => (await lines.next()).value as string;
  expect(await nextLine()).toBe('holds');
  return { child, nextLine };
}

test('a process paused in its transaction cannot commit when it wakes up; the waiter for its key does the work once', async () => {
  const { child, nextLine } = await startHolder(500);
  child.kill('SIGSTOP');
  const taken = await database.tx((tx) =>
    idempotently(tx, claim, 'f1', text, async () => {
      await tx.insertInto('effect').values({ of: 'the waiter' }).execute();
      return 'done';
    }),
  );
  expect(taken).toEqual({ response: 'done', replayed: false });
  child.kill('SIGCONT');
  child.stdin.write('commit\n');
  expect(await nextLine()).toBe('refused');
  expect(await database.rows.selectFrom('effect').selectAll().execute()).toEqual([{ of: 'the waiter' }]);
});

test('one that was paused briefly commits, and the waiter sees that the key is taken', async () => {
  const { child, nextLine } = await startHolder(60_000);
  child.kill('SIGSTOP');
  const waited = database.tx((tx) => idempotently(tx, claim, 'f1', text, async () => 'never'));
  const refused = expect(waited).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
  child.kill('SIGCONT');
  child.stdin.write('commit\n');
  expect(await nextLine()).toBe('committed');
  await refused;
  child.stdin.end();
  child.kill('SIGTERM');
  await once(child, 'exit');
});

test('every connection of a pool has the fence; a transaction that hits it gets UNAVAILABLE', async () => {
  const { rows } = await sql<{ limit: string }>`
    select current_setting('idle_in_transaction_session_timeout') as limit
  `.execute(database.rows);
  expect(rows).toEqual([{ limit: '10s' }]);
  const late = database.tx(async (tx) => {
    await sql`set local idle_in_transaction_session_timeout = 50`.execute(tx);
    const { rows: own } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
    await eventually(async () => {
      const { rows: there } = await sql`select from pg_stat_activity where pid = ${own[0]?.pid}`.execute(database.rows);
      expect(there).toEqual([]);
    });
    await tx.insertInto('effect').values({ of: 'too late' }).execute();
  });
  await expect(late).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await database.rows.selectFrom('effect').selectAll().execute()).toEqual([]);
});
