import { eventsV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { Database, openPool, recordInInbox, type Tx } from '@halftone/postgres';
import { Wakeup } from '@halftone/service';
import { sql } from 'kysely';
import { InMemoryBank } from './bank/bank.fixture';
import { BankService } from './bank/bank.service';
import { SettlementWorker } from './settlement/settlement.worker';
import { OperationStore } from './bank/operation.store';
import { SettlementService } from './settlement/settlement.service';
import { CancellationService, type OrdersClient } from './refund/cancellation.service';
import { CustomerService } from './customer/customer.service';
import { CustomerStore } from './customer/customer.store';
import { PasswordPool } from './customer/password-pool.service';
import { SeedService } from './customer/seed.service';
import { move } from './ledger/ledger';
import { LedgerStore } from './ledger/ledger.store';
import { migrations } from './migrations';
import { PaymentQueryService } from './payment/payment-query.service';
import { group, PaymentService } from './payment/payment.service';
import { PaymentSettlement } from './payment/payment-settlement.service';
import { PaymentStore } from './payment/payment.store';
import { RefundService } from './refund/refund.service';
import { RefundSettlement } from './refund/refund-settlement.service';
import { RefundStore } from './refund/refund.store';
import { RefundRequestService } from './refund-request/refund-request.service';
import { RefundRequestStore } from './refund-request/refund-request.store';
import type { PaymentsTables } from './tables';
import { TokenFamilyService } from './token-family/token-family.service';
import { TokenFamilyStore } from './token-family/token-family.store';
import { TransferService } from './transfer/transfer.service';
import { TransferStore } from './transfer/transfer.store';

export const alice = { customer: 'alice', role: 'customer' } as const;
export const bob = { customer: 'bob', role: 'customer' } as const;
export const olga = { customer: 'olga', role: 'operator' } as const;

/** A fake of the orders client. A cancellation fails unless the test has set an answer. */
class FakeOrders {
  /** The orders whose cancellation was requested. */
  readonly cancellations: string[] = [];
  private answer: () => Promise<void> = unexpected;

  onCancel(answer: () => Promise<void>): void {
    this.answer = answer;
  }

  reset(): void {
    this.cancellations.length = 0;
    this.answer = unexpected;
  }

  readonly client = {
    cancelOrder: async ({ orderId }: ordersV1.CancelOrderRequest) => {
      this.cancellations.push(orderId);
      await this.answer();
      return { order: undefined };
    },
  } as Partial<OrdersClient> as OrdersClient;
}

const unexpected = async () => {
  throw new Error('orders.cancelOrder was not expected');
};

/** The result of `freshSchema`; only specs may import the testing lib. */
interface OwnSchema {
  url: string;
  drop(): Promise<void>;
}

export type Shop = Awaited<ReturnType<typeof build>>;

/** The whole service on a real database, without its edges. The bank is in memory, and the worker runs when a test calls it. */
async function build(schema: OwnSchema) {
  const db = new Database<PaymentsTables>(openPool(schema.url, 10, 'test'));
  await db.migrate('payments', migrations);
  const bank = new InMemoryBank();
  const orders = new FakeOrders();
  const [ledger, store, refundStore] = [new LedgerStore(db), new PaymentStore(db), new RefundStore(db)];
  const replica = (giveUpMs = 600_000) => {
    const wakeup = new Wakeup();
    const operations = new OperationStore(db, wakeup, { giveUpMs });
    const bankService = new BankService(bank);
    const settlements = {
      debit: new PaymentSettlement(store, ledger),
      credit: new RefundSettlement(store, refundStore, ledger),
    };
    const settlement = new SettlementService(db, operations, bankService, settlements);
    const cancellation = new CancellationService(store, refundStore, orders.client);
    const refunds = new RefundService(db, store, refundStore, ledger, settlement, cancellation);
    return {
      operations,
      settlement,
      bankService,
      payments: new PaymentService(db, store, ledger, settlement),
      refunds,
      requests: new RefundRequestService(db, store, new RefundRequestStore(db), refunds),
      worker: new SettlementWorker(db, operations, bankService, settlement, wakeup),
    };
  };
  const customerStore = new CustomerStore(db);
  const seedingFor = (loadCustomers: number, password = 'halftone') => {
    const seeding = { password, knownPassword: 'halftone', loadCustomers };
    return new SeedService(db, customerStore, ledger, seeding);
  };
  const own = replica();
  /** Like the consumer group: the event takes effect once. */
  const deliver = (eventId: string, handle: (tx: Tx<PaymentsTables>) => Promise<void>) =>
    db.tx(async (tx) => {
      if ((await recordInInbox(tx, group, [eventId])).size > 0) await handle(tx);
    });
  return {
    ...{ schema, db, ledger, bank, orders, replica, seedingFor, ...own },
    captureFor: (placed: ordersV1.Order, eventId: string) =>
      deliver(eventId, (tx) => own.payments.captureFor(tx, placed)),
    refundOrder: (refunding: ordersV1.Order, eventId: string) =>
      deliver(eventId, (tx) => own.refunds.refundOrder(tx, refunding)),
    customers: new CustomerService(customerStore, new PasswordPool()),
    /** Moves 1 dollar in a transaction that the test keeps open. */
    moveIn: (tx: Tx<PaymentsTables>, from: string, to: string) =>
      ledger.book(tx, { kind: 'payment', reference: `test:${from}`, entries: move(100, from, to) }, new Date()),
    families: new TokenFamilyService(db, new TokenFamilyStore(db)),
    queries: new PaymentQueryService(store),
    transfers: new TransferService(db, new TransferStore(), ledger),
  };
}

/** One shop for the tests of a file. It is seeded before each test; after each, its books must balance. */
export function givenAShop(freshSchema: (schema: string) => Promise<OwnSchema>): Shop {
  const shop = {} as Shop;
  beforeAll(async () => {
    Object.assign(shop, await build(await freshSchema('payments')));
  });
  beforeEach(async () => {
    const { db, bank, orders, seedingFor } = shop;
    await sql`truncate customer, ledger_transaction, outbox, inbox, idempotency cascade`.execute(db.rows);
    const accounts = sql`('equity:opening', 'USD'), ('shop:revenue', 'USD'), ('bank:clearing', 'USD')`;
    await sql`insert into account (id, currency) values ${accounts}`.execute(db.rows);
    await seedingFor(0).seed();
    bank.reset({ alice: 500_000, bob: 500_000 });
    orders.reset();
  });
  afterEach(() => assertBooksBalance(shop));
  afterAll(async () => {
    await shop.db.close();
    await shop.schema.drop();
  });
  return shop;
}

/** The invariants after every test. */
async function assertBooksBalance({ db, bank }: Shop): Promise<void> {
  const unbalanced = await sql`select transaction_id from ledger_entry group by 1 having sum(amount) <> 0`.execute(
    db.rows,
  );
  expect(unbalanced.rows).toEqual([]);
  const wrong = await sql`
    select id from account
    where balance + (select coalesce(sum(amount), 0) from account_credit where account_id = account.id)
      <> (select coalesce(sum(amount), 0) from ledger_entry where account_id = account.id)
  `.execute(db.rows);
  expect(wrong.rows).toEqual([]);
  const refunded = await sql`
    select id from payment
    where refunded <> (select coalesce(sum(amount), 0) from refund where payment_id = payment.id and status = 'completed')
  `.execute(db.rows);
  expect(refunded.rows).toEqual([]);
  const waiting = await db.rows
    .selectFrom('bank_operation')
    .select('reference')
    .where('state', '=', 'waiting')
    .execute();
  if (waiting.length > 0) return;
  expect(await balanceOf({ db }, 'bank:clearing')).toBe(bank.moved);
}

/** The sum of the account's entries. After each test a check asserts that a wallet's balance equals it. */
export async function balanceOf({ db }: Pick<Shop, 'db'>, id: string): Promise<number> {
  const { rows } = await sql<{ sum: number }>`
    select coalesce(sum(amount), 0)::bigint as sum from ledger_entry where account_id = ${id}
  `.execute(db.rows);
  return rows[0]?.sum ?? 0;
}

export async function published({ db }: Pick<Shop, 'db'>) {
  const columns = ['type', 'subject', 'key', 'sequence', 'value'] as const;
  const rows = await db.rows.selectFrom('outbox').select(columns).orderBy('id').execute();
  return rows.map(({ value, ...event }) => ({ ...event, ...eventsV1.PaymentEvent.decode(value) }));
}

export const eventTypes = async (shop: Pick<Shop, 'db'>) => (await published(shop)).map(({ type }) => type);

export const order = (total: number, customer = 'alice', payment = ordersV1.PaymentMethod.WALLET) =>
  ordersV1.Order.fromPartial({ id: uuidv7(), customer, total, currency: 'USD', payment });

export const bankOrder = (total: number, customer = 'alice') => order(total, customer, ordersV1.PaymentMethod.BANK);

export const payment = (
  amount: number,
  more: Partial<paymentsV1.CreatePaymentRequest> = {},
): paymentsV1.CreatePaymentRequest => ({
  amount,
  currency: 'USD',
  description: 'a tip',
  idempotencyKey: uuidv7(),
  method: paymentsV1.PaymentMethod.WALLET,
  orderId: '',
  ...more,
});

export const bankPayment = (amount: number, idempotencyKey = uuidv7()) =>
  payment(amount, { idempotencyKey, method: paymentsV1.PaymentMethod.BANK });

export const retryOf = (orderId: string, method = paymentsV1.PaymentMethod.WALLET, idempotencyKey = uuidv7()) =>
  payment(0, { orderId, method, idempotencyKey, currency: '' });

export const refund = (paymentId: string, amount = 0, idempotencyKey = uuidv7()): paymentsV1.CreateRefundRequest => ({
  paymentId,
  amount,
  reason: 'a scratch',
  idempotencyKey,
});

export const transfer = (amount: number, idempotencyKey = uuidv7(), to = 'bob'): paymentsV1.CreateTransferRequest => ({
  to,
  amount,
  currency: 'USD',
  idempotencyKey,
});

export async function outcomes(calls: Promise<unknown>[]): Promise<string[]> {
  const settled = await Promise.allSettled(calls);
  return settled.map((result) => (result.status === 'fulfilled' ? 'done' : (result.reason as { code: string }).code));
}

export const refused = (code: string) => expect.objectContaining({ code });
