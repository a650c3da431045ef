import { eventsV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { Database, openPool } from '@halftone/postgres';
import { Lifecycle } from '@halftone/service';
import { freshSchema, type FreshSchema, growth } from '@halftone/testing';
import { sql } from 'kysely';
import { CustomerService } from './customer/customer.service';
import { CustomerStore } from './customer/customer.store';
import { SeedService } from './customer/seed.service';
import { LedgerStore } from './ledger/ledger.store';
import { migrations } from './migrations';
import { PaymentService } from './payment/payment.service';
import { PaymentStore } from './payment/payment.store';
import type { PaymentsTables } from './tables';
import { TransferService } from './transfer/transfer.service';
import { TransferStore } from './transfer/transfer.store';

const alice = { customer: 'alice', role: 'customer' } as const;
const bob = { customer: 'bob', role: 'customer' } as const;
const olga = { customer: 'olga', role: 'operator' } as const;

let schema: FreshSchema;
let db: Database<PaymentsTables>;
let payments: PaymentService;
let transfers: TransferService;
let customers: CustomerService;
let seeds: SeedService;

const seedingFor = (loadCustomers: number) =>
  new SeedService(
    db,
    new CustomerStore(db),
    new LedgerStore(),
    { password: 'halftone', loadCustomers },
    new Lifecycle(1000),
  );

beforeAll(async () => {
  schema = await freshSchema('payments');
  db = new Database<PaymentsTables>(openPool(schema.url, 10, 'test'));
  await db.migrate('payments', migrations);
  const ledger = new LedgerStore();
  customers = new CustomerService(new CustomerStore(db));
  payments = new PaymentService(db, new PaymentStore(db), ledger);
  transfers = new TransferService(db, new TransferStore(), ledger);
  seeds = seedingFor(0);
});
beforeEach(async () => {
  await sql`truncate customer, ledger_transaction, outbox, inbox, idempotency cascade`.execute(db.rows);
  await sql`insert into account (id, currency) values ('equity:opening', 'USD'), ('shop:revenue', 'USD')`.execute(
    db.rows,
  );
  await seeds.seed();
});
afterEach(assertTheBooksAreRight);
afterAll(async () => {
  await db.close();
  await schema.drop();
});

/** What must hold whatever happened before. */
async function assertTheBooksAreRight(): Promise<void> {
  const { rows: torn } = await sql`select transaction_id from ledger_entry group by 1 having sum(amount) <> 0`.execute(
    db.rows,
  );
  expect(torn).toEqual([]);
  const { rows: wrong } = await sql`
    select id from account where balance <> (select coalesce(sum(amount), 0) from ledger_entry where account_id = account.id)
  `.execute(db.rows);
  expect(wrong).toEqual([]);
}

const balanceOf = async (id: string) =>
  (await db.rows.selectFrom('account').select('balance').where('id', '=', id).executeTakeFirst())?.balance;

const published = async () => {
  const rows = await db.rows
    .selectFrom('outbox')
    .select(['type', 'subject', 'key', 'sequence', 'value'])
    .orderBy('id')
    .execute();
  return rows.map(({ value, ...event }) => ({ ...event, ...eventsV1.PaymentEvent.decode(value) }));
};

const order = (total: number, customer = 'alice') =>
  ordersV1.Order.fromPartial({ id: uuidv7(), customer, total, currency: 'USD' });

const transfer = (amount: number, idempotencyKey = uuidv7(), to = 'bob'): paymentsV1.CreateTransferRequest => ({
  to,
  amount,
  currency: 'USD',
  idempotencyKey,
});

const outcomes = async (calls: Promise<unknown>[]) => {
  const settled = await Promise.allSettled(calls);
  return settled.map((result) => (result.status === 'fulfilled' ? 'done' : (result.reason as { code: string }).code));
};

const refused = (code: string) => expect.objectContaining({ code });

describe('seeding', () => {
  test('gives alice and bob $1,000.00 each, out of the opening balance', async () => {
    expect(await balanceOf('wallet:alice')).toBe(100_000);
    expect(await balanceOf('wallet:bob')).toBe(100_000);
    expect(await balanceOf('wallet:olga')).toBe(0);
    expect(await balanceOf('equity:opening')).toBe(-200_000);
  });

  test('again, from two replicas at once, changes nothing', async () => {
    await db.rows.deleteFrom('account').where('id', '=', 'wallet:olga').execute();
    await Promise.all([seeds.seed(), seeds.seed()]);
    expect(await balanceOf('wallet:alice')).toBe(100_000);
    expect(await balanceOf('wallet:olga')).toBe(0);
  });

  test('makes customers for load tests when told to, and more of them later', async () => {
    await seedingFor(1).seed();
    await seedingFor(2).seed();
    expect(await balanceOf('wallet:load-1')).toBe(100_000_000);
    expect(await balanceOf('wallet:load-2')).toBe(100_000_000);
    expect(await balanceOf('equity:opening')).toBe(-200_200_000);
    expect(await customers.verify('load-2', 'halftone')).toMatchObject({ id: 'load-2', role: 'customer' });
  });

  test('lets each sign in with the password', async () => {
    expect(await customers.verify('olga', 'halftone')).toMatchObject({ id: 'olga', role: 'operator' });
    await expect(customers.verify('alice', 'wrong')).rejects.toEqual(refused('WRONG_CREDENTIALS'));
    await expect(customers.verify('mallory', 'halftone')).rejects.toEqual(refused('WRONG_CREDENTIALS'));
  });
});

describe('an order that was placed', () => {
  test('is captured: wallet to revenue, one event', async () => {
    const placed = order(1557);
    await payments.captureFor(placed, uuidv7());
    expect(await balanceOf('wallet:alice')).toBe(98_443);
    expect(await balanceOf('shop:revenue')).toBe(1557);
    const [event] = await published();
    expect(event).toMatchObject({
      type: 'payment.captured',
      key: 'alice',
      sequence: 1,
      payment: { orderId: placed.id, amount: 1557 },
    });
    expect(event?.subject).toBe(`payments/${event?.payment?.id}`);
  });

  test('is captured once, however often its event comes, even at the same moment', async () => {
    const placed = order(1557);
    const eventId = uuidv7();
    await Promise.all(Array.from({ length: 10 }, () => payments.captureFor(placed, eventId)));
    expect(await balanceOf('shop:revenue')).toBe(1557);
    expect(await published()).toHaveLength(1);
  });

  test('is captured once even if two different events tell of it', async () => {
    const placed = order(1557);
    await Promise.all([payments.captureFor(placed, uuidv7()), payments.captureFor(placed, uuidv7())]);
    expect(await balanceOf('shop:revenue')).toBe(1557);
    expect(await published()).toHaveLength(1);
  });

  test('is declined when the wallet holds less, and nothing moves', async () => {
    await payments.captureFor(order(100_001), uuidv7());
    expect(await balanceOf('wallet:alice')).toBe(100_000);
    expect(await published()).toMatchObject([{ type: 'payment.declined', payment: { reason: 'INSUFFICIENT_FUNDS' } }]);
  });

  test('is declined for a customer without a wallet', async () => {
    await payments.captureFor(order(1, 'mallory'), uuidv7());
    expect(await published()).toMatchObject([
      { type: 'payment.declined', key: 'mallory', payment: { reason: 'ACCOUNT_NOT_FOUND' } },
    ]);
  });

  test('never overdraws together with others', async () => {
    await Promise.all(Array.from({ length: 8 }, () => payments.captureFor(order(30_000), uuidv7())));
    expect(await balanceOf('wallet:alice')).toBe(10_000);
    const types = (await published()).map(({ type }) => type).sort();
    expect(types).toEqual([...Array(3).fill('payment.captured'), ...Array(5).fill('payment.declined')]);
  });
});

describe('a transfer', () => {
  test('moves money once per key under 20 calls at once, and tells both', async () => {
    const request = transfer(10_000, 'key-1');
    const answers = await Promise.all(Array.from({ length: 20 }, () => transfers.create(alice, request)));
    expect(new Set(answers.map(({ response }) => response.id)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    expect(await balanceOf('wallet:alice')).toBe(90_000);
    expect(await balanceOf('wallet:bob')).toBe(110_000);
    expect((await published()).map(({ type, key, sequence }) => [type, key, sequence])).toEqual([
      ['transfer.completed', 'alice', 1],
      ['transfer.completed', 'bob', 2],
    ]);
  });

  test('that is replayed answers the stored bytes', async () => {
    const first = await transfers.create(alice, transfer(1, 'key-1'));
    const again = await transfers.create(alice, transfer(1, 'key-1'));
    expect(again).toEqual({ response: first.response, replayed: true });
  });

  test('with the same key and another body is refused', async () => {
    await transfers.create(alice, transfer(1, 'key-1'));
    await expect(transfers.create(alice, transfer(2, 'key-1'))).rejects.toEqual(refused('IDEMPOTENCY_KEY_REUSED'));
    expect(await balanceOf('wallet:alice')).toBe(99_999);
  });

  test('with the same key of another customer is another transfer', async () => {
    await transfers.create(alice, transfer(1, 'key-1', 'bob'));
    expect(await transfers.create(bob, transfer(1, 'key-1', 'alice'))).toMatchObject({ replayed: false });
  });

  test('needs a key', async () => {
    await expect(transfers.create(alice, transfer(1, ''))).rejects.toEqual(refused('IDEMPOTENCY_KEY_MISSING'));
  });

  test('never overdraws, with 50 at once in both directions', async () => {
    const there = Array.from({ length: 25 }, () => transfers.create(alice, transfer(7_000)));
    const back = Array.from({ length: 25 }, () => transfers.create(bob, transfer(100, uuidv7(), 'alice')));
    const results = await outcomes([...there, ...back]);
    expect(new Set(results)).toEqual(new Set(['done', 'INSUFFICIENT_FUNDS']));
    const sent = results.slice(0, 25).filter((result) => result === 'done').length;
    expect(results.slice(25)).toEqual(Array(25).fill('done'));
    expect(await balanceOf('wallet:alice')).toBe(100_000 - sent * 7_000 + 2_500);
    expect(await balanceOf('wallet:alice')).toBeGreaterThanOrEqual(0);
  });

  test.each([
    ['an unknown recipient', transfer(1, 'k', 'mallory'), 'RECIPIENT_UNKNOWN'],
    ['oneself', transfer(1, 'k', 'alice'), 'TRANSFER_TO_SELF'],
    ['more than there is', transfer(100_001, 'k'), 'INSUFFICIENT_FUNDS'],
    ['another currency', { ...transfer(1, 'k'), currency: 'EUR' }, 'CURRENCY_UNSUPPORTED'],
    ['nothing', transfer(0, 'k'), 'VALIDATION_FAILED'],
  ])('to %s is refused and leaves nothing, not even the key', async (_, request, code) => {
    await expect(transfers.create(alice, request)).rejects.toEqual(refused(code));
    expect(await db.rows.selectFrom('idempotency').selectAll().execute()).toEqual([]);
    expect(await published()).toEqual([]);
  });
});

describe('a payment outside any order', () => {
  const request = (amount: number): paymentsV1.CreatePaymentRequest => ({
    amount,
    currency: 'USD',
    description: 'a tip',
    idempotencyKey: 'key-1',
  });

  test('is captured once per key', async () => {
    const [first, second] = await Promise.all([
      payments.create(alice, request(500)),
      payments.create(alice, request(500)),
    ]);
    expect(second?.response).toEqual(first?.response);
    expect(await balanceOf('shop:revenue')).toBe(500);
  });

  test('that the wallet cannot pay leaves nothing behind', async () => {
    await expect(payments.create(alice, request(100_001))).rejects.toEqual(refused('INSUFFICIENT_FUNDS'));
    expect(await payments.list(alice, 20, '')).toEqual({ items: [], nextCursor: '' });
  });

  test('is seen by its customer and by an operator only', async () => {
    const { id } = (await payments.create(alice, request(500))).response;
    expect(await payments.get(olga, id)).toMatchObject({ id, customer: 'alice' });
    await expect(payments.get(bob, id)).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    await expect(payments.get(alice, 'not-an-id')).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    expect(await payments.listOf(bob, 'alice', 20)).toEqual([]);
  });

  test('is listed newest first, page by page', async () => {
    for (const amount of [1, 2, 3]) {
      await payments.create(alice, { ...request(amount), idempotencyKey: uuidv7() });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const first = await payments.list(alice, 2, '');
    const second = await payments.list(alice, 2, first.nextCursor);
    expect([...first.items, ...second.items].map(({ amount }) => amount)).toEqual([3, 2, 1]);
    expect(second.nextCursor).toBe('');
    await expect(payments.list(alice, 2, 'made-up')).rejects.toEqual(refused('CURSOR_INVALID'));
  });
});

describe('the database refuses by itself', () => {
  const entry = (transaction_id: string, account_id: string, amount: number) => ({
    transaction_id,
    account_id,
    amount,
    created_at: new Date(),
  });

  test('a ledger transaction that does not sum to zero', async () => {
    const id = uuidv7();
    const torn = db.tx(async (tx) => {
      await tx
        .insertInto('ledger_transaction')
        .values({ id, kind: 'transfer', reference: 'r', created_at: new Date() })
        .execute();
      await tx
        .insertInto('ledger_entry')
        .values([entry(id, 'wallet:alice', -2), entry(id, 'wallet:bob', 1)])
        .execute();
    });
    await expect(torn).rejects.toThrow('does not sum to zero');
  });

  test('a wallet below zero', async () => {
    await expect(sql`update account set balance = -1 where id = 'wallet:alice'`.execute(db.rows)).rejects.toThrow(
      'wallet_never_negative',
    );
  });
});

test('money that moved is counted once, money that did not is not', async () => {
  const payment = (outcome: string) => `payments_total{method="wallet",outcome="${outcome}"}`;
  const posted = (kind: string) => `ledger_posted_minor_total{kind="${kind}",currency="USD"}`;
  const sent = (outcome: string) => `transfers_total{outcome="${outcome}"}`;
  const all = [payment('captured'), payment('declined'), posted('payment'), posted('transfer')];
  const counts = await growth([...all, sent('completed'), sent('refused')], async () => {
    const [paid, eventId] = [order(1000), uuidv7()];
    for (const id of [eventId, eventId, uuidv7()]) await payments.captureFor(paid, id);
    await payments.captureFor(order(1_000_000), uuidv7());
    for (const key of ['same', 'same']) await transfers.create(alice, transfer(250, key));
    await transfers.create(alice, transfer(1_000_000)).catch(() => undefined);
  });
  expect(counts).toEqual([1, 1, 1000, 250, 1, 1]);
});
