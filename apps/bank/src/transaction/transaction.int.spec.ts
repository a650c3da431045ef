import { Database, openPool } from '@halftone/postgres';
import { eventually, type FreshSchema, freshSchema } from '@halftone/testing';
import { AccountStore } from '../account/account.store';
import { migrations } from '../migrations';
import type { BankTables } from '../tables';
import { type Movement, SHOP } from './transaction';
import { TransactionService } from './transaction.service';
import { TransactionStore } from './transaction.store';

let schema: FreshSchema;
let db: Database<BankTables>;
let accounts: AccountStore;
let bank: TransactionService;

beforeAll(async () => {
  schema = await freshSchema('bank');
  db = new Database(openPool(schema.url, 8, 'test'));
  await db.migrate('bank', migrations);
  accounts = new AccountStore(db);
  bank = new TransactionService(db, new TransactionStore(db), accounts);
});
beforeEach(async () => {
  await db.rows.deleteFrom('transaction').execute();
  await db.rows.deleteFrom('account').execute();
  for (const [id, opening] of [
    [SHOP, 0],
    ['alice', 1_000],
    ['bob', 1_000],
  ] as const) {
    await accounts.open(id, opening, 'USD');
  }
});
afterAll(async () => {
  await db.close();
  await schema.drop();
});

const debit = (change: Partial<Movement> = {}): Movement => ({
  kind: 'debit',
  reference: 'ht-d-1',
  account: 'alice',
  amount: 100,
  currency: 'USD',
  description: '',
  ...change,
});
const soon = () => new Date(Date.now() + 60_000);
const move = (movement: Movement, goodUntil = soon()) => bank.move(movement, goodUntil);
const balances = async () =>
  Object.fromEntries(
    (await db.rows.selectFrom('account').select(['id', 'balance']).execute()).map(({ id, balance }) => [id, balance]),
  );

test('ten copies of one debit at the same moment are one booking with one answer', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => move(debit())));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect(await balances()).toEqual({ [SHOP]: 100, alice: 900, bob: 1_000 });
});

test('two requests under one reference at the same moment: one is booked, the other is told', async () => {
  const outcomes = await Promise.allSettled([move(debit()), move(debit({ amount: 200 }))]);
  const refused = outcomes.find(({ status }) => status === 'rejected');
  expect(refused).toMatchObject({ reason: { code: 'REFERENCE_REUSED' } });
  expect((await balances())[SHOP]).toBeGreaterThan(0);
});

test('debits that together are more than there is: as many as there is money for', async () => {
  const asked = Array.from({ length: 15 }, (_, index) => move(debit({ reference: `ht-d-${index}` })));
  const refused = (await Promise.allSettled(asked)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(5);
  expect(await balances()).toEqual({ [SHOP]: 1_000, alice: 0, bob: 1_000 });
});

test('a credit gives back what a debit took', async () => {
  await move(debit());
  await move(debit({ kind: 'credit', reference: 'ht-c-1' }));
  expect(await balances()).toEqual({ [SHOP]: 0, alice: 1_000, bob: 1_000 });
});

test('what was refused for want of money stays refused when the money is there', async () => {
  const rich = debit({ kind: 'credit', reference: 'ht-c-2' });
  await expect(move(rich)).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  await move(debit({ account: 'bob' }));
  await expect(move(rich)).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  expect(await bank.find('ht-c-2')).toMatchObject({ state: 'refused' });
});

test.each([
  [{ amount: 0 }, 'AMOUNT_INVALID'],
  [{ reference: '' }, 'REFERENCE_INVALID'],
])('%p leaves nothing behind', async (change, code) => {
  await expect(move(debit(change))).rejects.toMatchObject({ code });
  expect(await db.rows.selectFrom('transaction').selectAll().execute()).toEqual([]);
});

test('a request that waited behind another until its time was over is not booked', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: held, resolve: hold } = Promise.withResolvers<void>();
  const holder = db.tx(async (tx) => {
    await accounts.lock(tx, ['alice', SHOP]);
    hold();
    await released;
  });
  await held;
  const goodUntil = new Date(Date.now() + 50);
  const late = expect(move(debit(), goodUntil)).rejects.toMatchObject({ code: 'REQUEST_EXPIRED' });
  await eventually(() => expect(Date.now()).toBeGreaterThan(goodUntil.getTime()));
  release();
  await Promise.all([holder, late]);
  expect(await balances()).toEqual({ [SHOP]: 0, alice: 1_000, bob: 1_000 });
  await expect(bank.find('ht-d-1')).rejects.toMatchObject({ code: 'TRANSACTION_UNKNOWN' });
});

test('what is not there is said so', async () => {
  await expect(bank.find('nothing')).rejects.toMatchObject({ code: 'TRANSACTION_UNKNOWN' });
  await expect(bank.account('mallory')).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
});
