/** Every query that payments polls uses an index, however much is stored. */
import { Database, openPool } from '@halftone/postgres';
import { Wakeup } from '@halftone/service';
import { type FreshSchema, freshSchema, readsOf } from '@halftone/testing';
import { OperationStore } from './bank/operation.store';
import { LedgerStore } from './ledger/ledger.store';
import { migrations } from './migrations';
import type { PaymentsTables } from './tables';

let schema: FreshSchema;
let db: Database<PaymentsTables>;
let operations: OperationStore;

beforeAll(async () => {
  schema = await freshSchema('payments');
  db = new Database(openPool(schema.url, 2, 'test'));
  await db.migrate('payments', migrations);
  operations = new OperationStore(db, new Wakeup(), { giveUpMs: 60_000 });
}, 60_000);
afterAll(async () => {
  await db.close();
  await schema.drop();
});

/** Stores 100,000 operations: `waiting` of them wait, and `due` of those are due. */
const fill = (waiting: number, due = 1) =>
  schema.alter(`
    set session_replication_role = replica;
    set search_path = payments;
    truncate bank_operation;
    insert into bank_operation (reference, kind, payment_id, customer, amount, currency, description, state, bank_transaction_id,
                                fence, lease_until, attempts, next_try_at, created_at)
    select 'r' || n, 'debit', gen_random_uuid(), 'alice', 1, 'USD', 'd', case when n <= ${waiting} then 'waiting' else 'done' end,
           case when n > ${waiting} then 't' || n end, 0, now() - interval '1 hour', 1,
           now() + case when n <= ${due} then -1 else 50 end * interval '1 second', now()
    from generate_series(1, 100000) n;
    analyze bank_operation`);

test('the backlog query does not read ended operations', async () => {
  await fill(60);
  const reads = await readsOf(schema.url, 'bank_operation', () => operations.backlog());
  expect(reads).toEqual({ steps: 1, wholeTable: false, mostRows: 60 });
}, 60_000);

const leaseNext = () => db.tx((tx) => operations.leaseNext(tx, 30_000));

test('with 100,000 waiting operations, the query for a due one reads few rows', async () => {
  await fill(100_000);
  const reads = await readsOf(schema.url, 'bank_operation', async () => {
    expect(await leaseNext()).toMatchObject({ reference: 'r1' });
    expect(await leaseNext()).toBeUndefined();
  });
  expect(reads).toMatchObject({ wholeTable: false });
  expect(reads.steps).toBeGreaterThan(0);
  expect(reads.mostRows).toBeLessThan(10);
}, 60_000);

test('with 100,000 due operations, the query reads few rows', async () => {
  await fill(100_000, 100_000);
  const reads = await readsOf(schema.url, 'bank_operation', async () =>
    expect(await leaseNext()).toMatchObject({ reference: expect.stringMatching(/^r\d+$/) }),
  );
  expect(reads).toMatchObject({ wholeTable: false });
  expect(reads.mostRows).toBeLessThan(10);
}, 60_000);

test('with 300 leased operations, the query for a due one does not read them', async () => {
  await fill(100_000, 300);
  for (let leased = 0; leased < 300; leased += 1)
    expect(await leaseNext()).toMatchObject({ reference: expect.stringMatching(/^r\d+$/) });
  const reads = await readsOf(schema.url, 'bank_operation', async () => expect(await leaseNext()).toBeUndefined());
  expect(reads).toMatchObject({ wholeTable: false });
  expect(reads.steps).toBeGreaterThan(0);
  expect(reads.mostRows).toBeLessThan(10);
}, 60_000);

test('with 100,000 credits of 1,000 wallets, a page of 5 wallets reads their credits and one more row', async () => {
  await schema.alter(`
    set session_replication_role = replica;
    set search_path = payments;
    insert into account_credit (account_id, amount) select 'wallet:' || n % 1000, 1 from generate_series(1, 100000) n;
    analyze account_credit`);
  const ledger = new LedgerStore(db);
  for (const last of ['', 'wallet:500']) {
    const page = async () => expect(await ledger.credited(20, last, 5)).toHaveLength(5);
    const reads = await readsOf(schema.url, 'account_credit', page);
    expect(reads).toEqual({ steps: 1, wholeTable: false, mostRows: 5 * 100 + 1 });
  }
}, 60_000);
