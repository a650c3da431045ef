import { eventsV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { Database, openPool, Wakeup } from '@halftone/postgres';
import { Lifecycle } from '@halftone/service';
import { sql } from 'kysely';
import { VaultBank } from './bank/bank.fixture';
import { BankService } from './bank/bank.service';
import { BankWorker } from './bank/bank.worker';
import { OperationStore } from './bank/operation.store';
import { SettlementService } from './bank/settlement.service';
import { CustomerService } from './customer/customer.service';
import { CustomerStore } from './customer/customer.store';
import { SeedService } from './customer/seed.service';
import { LedgerStore } from './ledger/ledger.store';
import { migrations } from './migrations';
import { PaymentQueries } from './payment/payment-query.service';
import { PaymentService } from './payment/payment.service';
import { PaymentStore } from './payment/payment.store';
import { RefundService } from './refund/refund.service';
import { RefundStore } from './refund/refund.store';
import type { PaymentsTables } from './tables';
import { TransferService } from './transfer/transfer.service';
import { TransferStore } from './transfer/transfer.store';

export const alice = { customer: 'alice', role: 'customer' } as const;
export const bob = { customer: 'bob', role: 'customer' } as const;
export const olga = { customer: 'olga', role: 'operator' } as const;

/** What `freshSchema` of the testing lib gives; only specs may import that. */
interface OwnSchema {
  url: string;
  drop(): Promise<void>;
}

export type Shop = Awaited<ReturnType<typeof build>>;

/** The whole service on a real database, without its edges; the bank is in memory, and its completer works when a test says so. */
async function build(schema: OwnSchema) {
  const db = new Database<PaymentsTables>(openPool(schema.url, 10, 'test'));
  await db.migrate('payments', migrations);
  const bank = new VaultBank();
  const [ledger, store, refundStore] = [new LedgerStore(), new PaymentStore(db), new RefundStore(db)];
  const replica = (giveUpMs = 600_000) => {
    const wakeup = new Wakeup();
    const operations = new OperationStore(db, wakeup, { giveUpMs });
    const settlement = new SettlementService(db, operations, store, refundStore, ledger);
    const bankService = new BankService(bank, operations, settlement);
    return {
      operations,
      settlement,
      bankService,
      payments: new PaymentService(db, store, ledger, bankService),
      refunds: new RefundService(db, store, refundStore, ledger, bankService),
      worker: new BankWorker(db, operations, bankService, settlement, wakeup),
    };
  };
  const customerStore = new CustomerStore(db);
  const seedingFor = (loadCustomers: number) =>
    new SeedService(db, customerStore, ledger, { password: 'halftone', loadCustomers }, new Lifecycle(1000));
  return {
    ...{ schema, db, bank, replica, seedingFor, ...replica() },
    customers: new CustomerService(customerStore),
    queries: new PaymentQueries(store),
    transfers: new TransferService(db, new TransferStore(), ledger),
  };
}

/** One shop for the tests of a file, freshly seeded before each; after each its books must be right. */
export function givenAShop(freshSchema: (schema: string) => Promise<OwnSchema>): Shop {
  const shop = {} as Shop;
  beforeAll(async () => {
    Object.assign(shop, await build(await freshSchema('payments')));
  });
  beforeEach(async () => {
    const { db, bank, seedingFor } = shop;
    await sql`truncate customer, ledger_transaction, outbox, inbox, idempotency cascade`.execute(db.rows);
    const accounts = sql`('equity:opening', 'USD'), ('shop:revenue', 'USD'), ('bank:clearing', 'USD')`;
    await sql`insert into account (id, currency) values ${accounts}`.execute(db.rows);
    await seedingFor(0).seed();
    bank.reset({ alice: 500_000, bob: 500_000 });
  });
  afterEach(() => assertTheBooksAreRight(shop));
  afterAll(async () => {
    await shop.db.close();
    await shop.schema.drop();
  });
  return shop;
}

/** What must hold whatever happened before. */
async function assertTheBooksAreRight({ db, bank }: Shop): Promise<void> {
  const torn = await sql`select transaction_id from ledger_entry group by 1 having sum(amount) <> 0`.execute(db.rows);
  expect(torn.rows).toEqual([]);
  const wrong = await sql`
    select id from account where balance <> (select coalesce(sum(amount), 0) from ledger_entry where account_id = account.id)
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

export const balanceOf = async ({ db }: Pick<Shop, 'db'>, id: string) =>
  (await db.rows.selectFrom('account').select('balance').where('id', '=', id).executeTakeFirst())?.balance;

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
