import { paymentsV1 } from '@halftone/contracts';
import { connectGrpc } from '@halftone/grpc';
import { uuidv7 } from '@halftone/kernel';
import { openPool } from '@halftone/postgres';
import { runInCall, type RunningService } from '@halftone/service';
import {
  bootService,
  engines,
  eventually,
  freePort,
  freshSchema,
  type FreshSchema,
  scraped,
  selfSigned,
  testToken,
} from '@halftone/testing';
import { payments } from './payments';

const POOL = 10;
let schema: FreshSchema;
let service: RunningService;
let own: ReturnType<typeof openPool>;
let money: ReturnType<typeof connectGrpc<typeof paymentsV1.PaymentsServiceService>>;
let accounts: ReturnType<typeof connectGrpc<typeof paymentsV1.AccountsServiceService>>;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  schema = await freshSchema('payments');
  const [bank, self] = await Promise.all(['bank', 'payments'].map(selfSigned));
  service = await bootService(payments, {
    DATABASE_URL: schema.url,
    DATABASE_POOL_SIZE: String(POOL),
    KAFKA_BROKERS: engines().brokers.join(','),
    ORDERS_GRPC: `127.0.0.1:${await freePort()}`,
    BANK_URL: `http://127.0.0.1:${await freePort()}/bank`,
    BANK_CERT: bank?.certificate ?? '',
    BANK_CLIENT_CERT: self?.certificate ?? '',
    BANK_CLIENT_KEY: self?.key ?? '',
  });
  own = openPool(schema.url, 2, 'observer');
  money = connectGrpc(paymentsV1.PaymentsServiceService, { url: service.grpcUrl, timeoutMs: 30_000 });
  accounts = connectGrpc(paymentsV1.AccountsServiceService, { url: service.grpcUrl, timeoutMs: 30_000 });
  for (const customer of ['alice', 'bob']) tokens[customer] = await testToken(customer);
});
afterAll(async () => {
  money.close();
  accounts.close();
  await own.end();
  await service.stop();
  await schema.drop();
});

const as = <R>(customer: string, work: () => Promise<R>, budgetMs = 30_000) =>
  runInCall({ token: tokens[customer] ?? '', deadline: Date.now() + budgetMs }, work);
const transfer = (from: string, to: string) =>
  as(from, () => money.client.createTransfer({ to, amount: 1, currency: 'USD', idempotencyKey: uuidv7() }));
const pay = (customer: string) => {
  const charge = { amount: 1, currency: 'USD', description: 'a tip', orderId: '', idempotencyKey: uuidv7() };
  return as(customer, () => money.client.createPayment({ ...charge, method: paymentsV1.PaymentMethod.WALLET }));
};
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'done',
    (error: { code: string }) => error.code,
  );
const times = <R>(count: number, work: () => R) => Array.from({ length: count }, work);

/** Connections of the service that wait for a lock. */
const waitingForLocks = async () => {
  const { rows } = await own.query<{ count: number }>(
    `select count(*)::int as count from pg_stat_activity
     where usename = current_user and application_name = 'payments' and wait_event_type = 'Lock'`,
  );
  return rows[0]?.count ?? 0;
};

test('150 transfers of one customer use one connection and do not delay others', async () => {
  const blocker = await own.connect();
  await blocker.query(`begin; select id from account where customer = 'alice' for no key update`);
  const attack = times(150, () => codeOf(transfer('alice', 'bob')));
  await eventually(async () => expect(await waitingForLocks()).toBe(1));

  const others: string[] = [];
  let mostWaiting = 0;
  for (let round = 0; round < 10; round += 1) {
    const calls = [
      ...times(3, () => codeOf(as('bob', () => accounts.client.getAccount({})))),
      codeOf(as('bob', () => money.client.listPayments({ limit: 5, cursor: '', orderId: '' }))),
      codeOf(pay('bob')),
      codeOf(transfer('bob', 'alice')),
    ];
    mostWaiting = Math.max(mostWaiting, await scraped('db_pool_connections{state="waiting"}'));
    expect(await waitingForLocks()).toBeLessThanOrEqual(1);
    others.push(...(await Promise.all(calls)));
  }
  await blocker.query('rollback');
  blocker.release();
  expect(new Set(others)).toEqual(new Set(['done']));
  expect(mostWaiting).toBe(0);

  const codes = await Promise.all(attack);
  const count = (code: string) => codes.filter((one) => one === code).length;
  expect(count('RATE_LIMITED')).toBe(49);
  // The first ones waited for the row longer than the limit.
  expect(count('done') + count('DEADLINE_EXCEEDED')).toBe(101);
  expect(count('done')).toBeGreaterThan(80);
  expect(await codeOf(transfer('alice', 'bob'))).toBe('done');
}, 60_000);
