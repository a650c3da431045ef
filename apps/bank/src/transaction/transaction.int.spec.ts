import { Database, openPool } from '@halftone/postgres';
import { eventually, type FreshSchema, freshSchema } from '@halftone/testing';
import { SHOP } from '../account/account';
import { AccountStore } from '../account/account.store';
import { migrations } from '../migrations';
import type { BankTables } from '../tables';
import type { Movement } from './transaction';
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
    await Promise.all([SHOP, 'alice', 'bob'].map(async (id) => [id, (await bank.account(id)).balance])),
  );

test('ten concurrent copies of one debit are one booking with one answer', async () => {
  const answers = await Promise.all(Array.from({ length: 10 }, () => move(debit())));
  expect(new Set(answers.map(({ id }) => id)).size).toBe(1);
  expect(await balances()).toEqual({ [SHOP]: 100, alice: 900, bob: 1_000 });
});

test('of two concurrent requests with one reference, one is booked and the other refused', async () => {
  const outcomes = await Promise.allSettled([move(debit()), move(debit({ amount: 200 }))]);
  const refused = outcomes.find(({ status }) => status === 'rejected');
  expect(refused).toMatchObject({ reason: { code: 'REFERENCE_REUSED' } });
  expect((await balances())[SHOP]).toBeGreaterThan(0);
});

test('concurrent debits beyond the balance: booked as long as there is money', async () => {
  const debits = Array.from({ length: 15 }, (_, index) => move(debit({ reference: `ht-d-${index}` })));
  const refused = (await Promise.allSettled(debits)).filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(5);
  expect(await balances()).toEqual({ [SHOP]: 1_000, alice: 0, bob: 1_000 });
});

test('a locked account does not block other customers', async () => {
  await move(debit({ account: 'bob', reference: 'ht-d-2' }));
  await db.tx(async (tx) => {
    await accounts.lock(tx, 'alice');
    await accounts.move(tx, 'alice', -100);
    await move(debit({ account: 'bob', reference: 'ht-d-3' }));
    await move(debit({ account: 'bob', reference: 'ht-c-3', kind: 'credit', amount: 50 }));
  });
  expect(await balances()).toEqual({ [SHOP]: 250, alice: 900, bob: 850 });
});

test('a credit returns a debit', async () => {
  await move(debit());
  await move(debit({ kind: 'credit', reference: 'ht-c-1' }));
  expect(await balances()).toEqual({ [SHOP]: 0, alice: 1_000, bob: 1_000 });
});

test('a refusal for insufficient funds is final', async () => {
  const credit = debit({ kind: 'credit', reference: 'ht-c-2' });
  await expect(move(credit)).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  await move(debit({ account: 'bob' }));
  await expect(move(credit)).rejects.toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  expect(await bank.find('ht-c-2')).toMatchObject({ state: 'refused' });
});

test.each([
  [{ amount: 0 }, 'AMOUNT_INVALID'],
  [{ reference: '' }, 'REFERENCE_INVALID'],
])('%p is not stored', async (change, code) => {
  await expect(move(debit(change))).rejects.toMatchObject({ code });
  expect(await db.rows.selectFrom('transaction').selectAll().execute()).toEqual([]);
});

test('a request that expires while it waits for a lock is not booked', async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const { promise: locked, resolve: onLocked } = Promise.withResolvers<void>();
  const holder = db.tx(async (tx) => {
    await accounts.lock(tx, 'alice');
    onLocked();
    await released;
  });
  await locked;
  const goodUntil = new Date(Date.now() + 50);
  const late = expect(move(debit(), goodUntil)).rejects.toMatchObject({ code: 'REQUEST_EXPIRED' });
  await eventually(() => expect(Date.now()).toBeGreaterThan(goodUntil.getTime()));
  release();
  await Promise.all([holder, late]);
  expect(await balances()).toEqual({ [SHOP]: 0, alice: 1_000, bob: 1_000 });
  await expect(bank.find('ht-d-1')).rejects.toMatchObject({ code: 'TRANSACTION_UNKNOWN' });
});

test('unknown references and accounts are refused', async () => {
  await expect(bank.find('nothing')).rejects.toMatchObject({ code: 'TRANSACTION_UNKNOWN' });
  await expect(bank.account('mallory')).rejects.toMatchObject({ code: 'ACCOUNT_UNKNOWN' });
});
