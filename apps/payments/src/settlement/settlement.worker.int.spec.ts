import { freshSchema } from '@halftone/testing';
import { bankOrder, eventTypes, givenAShop } from '../payments.fixture';
import { operationsOf } from './operations.fixture';
import { LeaseLost } from './settlement.service';

const shop = givenAShop(freshSchema);
const { shift, operations, payments, sent, expireLeases, leaseOne, expectOneCapture } = operationsOf(shop);

describe('a bank payment of an order', () => {
  test('is pending without an event until the worker has called the bank', async () => {
    await shop.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    expect(await payments()).toMatchObject([{ status: 'pending', method: 'bank' }]);
    expect(await eventTypes(shop)).toEqual([]);
    expect(await shop.worker.next()).toBe(true);
    expect(shop.bank.received).toHaveLength(1);
    await expectOneCapture();
    expect(await shop.worker.next()).toBe(false);
  });

  test('in another currency is declined without the bank', async () => {
    await shop.captureFor({ ...bankOrder(700), currency: 'EUR' }, '0198a000-0000-7000-8000-000000000001');
    expect(await payments()).toMatchObject([{ status: 'declined', reason: 'CURRENCY_UNSUPPORTED' }]);
    expect(await operations()).toEqual([]);
  });
});

describe('workers', () => {
  const placeTen = async () => {
    const orders = Array.from({ length: 10 }, (_, at) => bankOrder(100 + at, at % 2 ? 'alice' : 'bob'));
    for (const order of orders) await shop.captureFor(order, order.id);
  };

  test('of two processes share the operations: each is sent and captured once', async () => {
    await placeTen();
    const other = shop.replica();
    const drain = async (worker: typeof shop.worker) => {
      while (await worker.next());
    };
    await Promise.all([drain(shop.worker), drain(other.worker), drain(shop.worker), drain(other.worker)]);
    expect(sent()).toHaveLength(10);
    expect(await eventTypes(shop)).toEqual(Array(10).fill('payment.captured'));
  });

  test('run attempts concurrently, and finish them before they stop', async () => {
    await placeTen();
    shop.worker.start();
    while ((await eventTypes(shop)).length < 10) await new Promise((resolve) => setTimeout(resolve, 10));
    await shop.worker.stop();
    expect(sent()).toHaveLength(10);
  });

  test('that have lost the lease can neither settle, release nor undo', async () => {
    await shop.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    const late = await leaseOne();
    await expireLeases();
    const next = await leaseOne();
    expect(next.fence).toBe(late.fence + 1);
    const booked = { state: 'booked', transactionId: 'made-up' } as const;
    await expect(shop.settlement.settle(late, booked)).rejects.toThrow(LeaseLost);
    await expect(shop.settlement.undo(late)).rejects.toThrow(LeaseLost);
    await shop.operations.release(late, 0, false);
    expect(await operations()).toMatchObject([{ state: 'waiting', fence: next.fence, sent_until: next.expiresAt }]);
    expect(await shop.db.tx((tx) => shop.operations.leaseNext(tx, 1))).toBeUndefined();
    await shop.settlement.settle(
      next,
      await shop.bank.debit({ ...requestFor(next), expiresAt: new Date(Date.now() + 1000) }),
    );
    await expect(shop.settlement.settle(next, booked)).rejects.toThrow(LeaseLost);
    await expectOneCapture();
  });

  test('skip a leased operation, also when only lease_until was set', async () => {
    await shop.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    await leaseOne();
    await shift('next_try_at', '-1 hour');
    expect(await shop.worker.next()).toBe(false);
    await shift('lease_until', '-1 hour');
    expect(await shop.worker.next()).toBe(true);
    await expectOneCapture();
  });

  test('ignore a lease far in the future, from before the database clock was set back', async () => {
    await shop.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    await shift('lease_until', '1 hour');
    await shift('next_try_at', '1 hour');
    expect(await shop.worker.next()).toBe(true);
    await expectOneCapture();
  });

  test('retry with growing delays while the bank is down, and complete when it is back', async () => {
    await shop.captureFor(bankOrder(700), '0198a000-0000-7000-8000-000000000001');
    shop.bank.down();
    await shop.worker.next();
    const [released] = await operations();
    expect(Number(released?.next_try_at) - Number(released?.lease_until)).toBeGreaterThan(100);
    await expireLeases();
    await shop.worker.next();
    expect(await operations()).toMatchObject([{ state: 'waiting', attempts: 2 }]);
    shop.bank.down(false);
    await expireLeases();
    await shop.worker.next();
    await expectOneCapture();
  });
});

const requestFor = ({ reference, customer, amount, currency, description }: Awaited<ReturnType<typeof leaseOne>>) => ({
  ...{ reference, amount, currency, description },
  account: customer,
});
