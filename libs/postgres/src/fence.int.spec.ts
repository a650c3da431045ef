import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { eventually, freshSchema, type FreshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { noticeOurLoss, openPool } from './connections';
import { Database } from './database';
import { idempotently } from './idempotency';

const text = {
  encode: (value: string) => ({ finish: () => Buffer.from(value) }),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
};
const claim = { customer: 'alice', route: 'payments.CreateTransfer', key: 'k1' };

/** Claims the key and moves money as our services do, then says so; commits when it is told to, and says what became of that. */
const holder = `
  const { Client } = require('pg');
  const client = new Client({ connectionString: process.argv[1], application_name: 'holder' });
  client.on('error', () => undefined);
  const say = (word) => process.stdout.write(word + '\\n');
  void (async () => {
    await client.connect();
    await client.query('begin');
    await client.query("insert into idempotency (customer, route, key, fingerprint) values ('alice', 'payments.CreateTransfer', 'k1', 'f1')");
    await client.query("insert into effect values ('of the holder')");
    await client.query(process.argv[2]);
    process.stdin.once('data', () => client.query('commit').then(() => say('committed'), () => say('refused')));
    say('holds');
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
  const child = spawn(process.execPath, ['-e', holder, schema.url, noticeOurLoss(idleMs)], {
    cwd: __dirname,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  paused = child;
  const words = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const heard = async () => (await words.next()).value as string;
  expect(await heard()).toBe('holds');
  return { child, heard };
}

test('a process that was paused in its transaction cannot commit when it wakes up; who waited for its key did the work once', async () => {
  const { child, heard } = await startHolder(500);
  child.kill('SIGSTOP');
  const taken = await database.tx((tx) =>
    idempotently(tx, claim, 'f1', text, async () => {
      await tx.insertInto('effect').values({ of: 'who waited' }).execute();
      return 'done';
    }),
  );
  expect(taken).toEqual({ response: 'done', replayed: false });
  child.kill('SIGCONT');
  child.stdin.write('commit\n');
  expect(await heard()).toBe('refused');
  expect(await database.rows.selectFrom('effect').selectAll().execute()).toEqual([{ of: 'who waited' }]);
});

test('one that was not paused for long commits, and who waited sees its key taken', async () => {
  const { child, heard } = await startHolder(60_000);
  child.kill('SIGSTOP');
  const waited = database.tx((tx) => idempotently(tx, claim, 'f1', text, async () => 'never'));
  const refused = expect(waited).rejects.toMatchObject({ code: 'IDEMPOTENCY_IN_FLIGHT' });
  child.kill('SIGCONT');
  child.stdin.write('commit\n');
  expect(await heard()).toBe('committed');
  await refused;
  child.stdin.end();
  child.kill('SIGTERM');
  await once(child, 'exit');
});

test('every connection of a pool has the fence, and a transaction that ran into it is UNAVAILABLE', async () => {
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
