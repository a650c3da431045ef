/** No customer waits for another: while one wallet's row is locked, all other money moves. */
import { Database, openPool } from '@halftone/postgres';
import { uuidv7 } from '@halftone/kernel';
import { freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import {
  alice,
  balanceOf,
  bankOrder,
  bankPayment,
  bob,
  givenAShop,
  order,
  outcomes,
  payment,
  refund,
  transfer,
} from '../payments.fixture';
import type { PaymentsTables } from '../tables';

const shop = givenAShop(freshSchema);
const customers = Array.from({ length: 15 }, (_, index) => ({
  customer: `load-${index + 1}`,
  role: 'customer' as const,
}));
const opening = 100_000_000;

let outside: Database<PaymentsTables>;

beforeAll(() => {
  outside = new Database(openPool(shop.schema.url, 2, 'psql'));
});
afterAll(() => outside.close());

/** Runs `work` while another transaction holds the strongest lock on the wallet's row. */
function whileLocked(customer: string, work: () => Promise<void>): Promise<void> {
  return outside.tx(async (tx) => {
    await sql`select from account where id = ${`wallet:${customer}`} for update`.execute(tx);
    await work();
  });
}

/** Pays an order and a direct payment, refunds a part of it and transfers some to the next customer. */
async function spend(index: number): Promise<void> {
  const payer = customers[index] ?? alice;
  const next = customers[(index + 1) % customers.length]?.customer;
  await shop.captureFor(order(1_000, payer.customer), uuidv7());
  const { response } = await shop.payments.create(payer, payment(500));
  await shop.refunds.create(payer, refund(response.id, 200));
  await shop.transfers.create(payer, transfer(100, uuidv7(), next));
}

test("payments, refunds and transfers of 15 customers commit while a 16th customer's wallet is locked", async () => {
  await shop.seedingFor(customers.length).seed();
  let alicePaid = false;
  let waiting: Promise<void> | undefined;
  await whileLocked('alice', async () => {
    waiting = shop.captureFor(order(1_000), uuidv7()).then(() => void (alicePaid = true));
    expect(await outcomes(customers.map((_, index) => spend(index)))).toEqual(customers.map(() => 'done'));
    expect(alicePaid).toBe(false);
  });
  await waiting;
  for (const { customer } of customers) expect(await balanceOf(shop, `wallet:${customer}`)).toBe(opening - 1_300);
  expect(await balanceOf(shop, 'shop:revenue')).toBe(customers.length * 1_300 + 1_000);
});

test("bank payments and their refunds commit while another customer's wallet is locked", async () => {
  await shop.seedingFor(customers.length).seed();
  shop.bank.reset(Object.fromEntries(customers.map(({ customer }) => [customer, 10_000])));
  const throughBank = async (index: number) => {
    const payer = customers[index] ?? alice;
    const { response } = await shop.payments.create(payer, bankPayment(500));
    await shop.refunds.create(payer, refund(response.id, 200));
    await shop.captureFor(bankOrder(100, payer.customer), uuidv7());
  };
  await whileLocked('alice', async () => {
    expect(await outcomes(customers.map((_, index) => throughBank(index)))).toEqual(customers.map(() => 'done'));
  });
  expect(await balanceOf(shop, 'bank:clearing')).toBe(-customers.length * 300);
});

test('payments of two customers do not wait for each other before their commits', async () => {
  const bobPaid = shop.db.tx(async (tx) => {
    await shop.moveIn(tx, 'wallet:alice', 'shop:revenue');
    return shop.captureFor(order(1_000, 'bob'), uuidv7());
  });
  await bobPaid;
  expect(await balanceOf(shop, 'shop:revenue')).toBe(1_100);
});

test('a transfer to a wallet that is being debited does not wait, and the money arrives', async () => {
  await shop.db.tx(async (tx) => {
    await shop.moveIn(tx, 'wallet:alice', 'shop:revenue');
    await shop.transfers.create(bob, transfer(250, uuidv7(), 'alice'));
  });
  expect((await shop.customers.get('alice')).balance).toBe(100_000 - 100 + 250);
  await shop.transfers.create(alice, transfer(100_150, uuidv7(), 'bob'));
  expect((await shop.customers.get('alice')).balance).toBe(0);
  const waiting = shop.db.rows.selectFrom('account_credit').selectAll().where('account_id', '=', 'wallet:alice');
  expect(await waiting.execute()).toEqual([]);
});

test('a debit does not wait for an uncommitted transfer to the same wallet', async () => {
  await shop.db.tx(async (tx) => {
    await shop.moveIn(tx, 'wallet:alice', 'wallet:bob');
    await shop.transfers.create(bob, transfer(100_000, uuidv7(), 'alice'));
  });
  expect((await shop.customers.get('bob')).balance).toBe(100);
});

test('many credits are added together, but not while the wallet is locked', async () => {
  // The wallet's opening is a credit as well.
  for (let n = 0; n < 3; n += 1) await shop.transfers.create(alice, transfer(10));
  expect(await shop.ledger.credited(5, '', 10)).toEqual([]);
  expect(await shop.ledger.credited(4, '', 10)).toEqual(['wallet:bob']);
  await whileLocked('bob', () => shop.ledger.addCreditsOf('wallet:bob'));
  expect(await shop.ledger.credited(4, '', 10)).toEqual(['wallet:bob']);
  await shop.ledger.addCreditsOf('wallet:bob');
  expect(await shop.ledger.credited(1, 'wallet:a', 10)).not.toContain('wallet:bob');
  expect((await shop.customers.get('bob')).balance).toBe(100_030);
});

test('the next debit of a wallet counts all its credits', async () => {
  await shop.db.tx(async (tx) => {
    await shop.moveIn(tx, 'wallet:alice', 'shop:revenue');
    await Promise.all([1, 2, 3].map(() => shop.transfers.create(bob, transfer(1_000, uuidv7(), 'alice'))));
  });
  expect(await outcomes([shop.transfers.create(alice, transfer(102_901))])).toEqual(['INSUFFICIENT_FUNDS']);
  expect(await outcomes([shop.transfers.create(alice, transfer(102_900))])).toEqual(['done']);
});
