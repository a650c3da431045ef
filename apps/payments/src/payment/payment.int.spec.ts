import { uuidv7 } from '@halftone/kernel';
import { freshSchema } from '@halftone/testing';
import { alice, balanceOf, bob, givenAShop, olga, order, payment, published, refused } from '../payments.fixture';

const shop = givenAShop(freshSchema);

describe('a placed order', () => {
  test('is captured from wallet to revenue, with one event', async () => {
    const placed = order(1557);
    await shop.captureFor(placed, uuidv7());
    expect(await balanceOf(shop, 'wallet:alice')).toBe(98_443);
    expect(await balanceOf(shop, 'shop:revenue')).toBe(1557);
    const [event] = await published(shop);
    expect(event).toMatchObject({
      type: 'payment.captured',
      key: 'alice',
      sequence: 1,
      payment: { orderId: placed.id, amount: 1557 },
    });
    expect(event?.subject).toBe(`payments/${event?.payment?.id}`);
  });

  test('is captured once when its event arrives many times, even concurrently', async () => {
    const placed = order(1557);
    const eventId = uuidv7();
    await Promise.all(Array.from({ length: 10 }, () => shop.captureFor(placed, eventId)));
    expect(await balanceOf(shop, 'shop:revenue')).toBe(1557);
    expect(await published(shop)).toHaveLength(1);
  });

  test('is captured once even for two different events', async () => {
    const placed = order(1557);
    await Promise.all([shop.captureFor(placed, uuidv7()), shop.captureFor(placed, uuidv7())]);
    expect(await balanceOf(shop, 'shop:revenue')).toBe(1557);
    expect(await published(shop)).toHaveLength(1);
  });

  test('is declined when the balance is too low, and no money moves', async () => {
    await shop.captureFor(order(100_001), uuidv7());
    expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000);
    expect(await published(shop)).toMatchObject([
      { type: 'payment.declined', payment: { reason: 'INSUFFICIENT_FUNDS' } },
    ]);
  });

  test('is declined for a customer without a wallet', async () => {
    await shop.captureFor(order(1, 'mallory'), uuidv7());
    expect(await published(shop)).toMatchObject([
      { type: 'payment.declined', key: 'mallory', payment: { reason: 'ACCOUNT_NOT_FOUND' } },
    ]);
  });

  test('never overdraws the wallet, concurrently with other orders', async () => {
    await Promise.all(Array.from({ length: 8 }, () => shop.captureFor(order(30_000), uuidv7())));
    expect(await balanceOf(shop, 'wallet:alice')).toBe(10_000);
    const types = (await published(shop)).map(({ type }) => type).sort();
    expect(types).toEqual([...Array(3).fill('payment.captured'), ...Array(5).fill('payment.declined')]);
  });
});

describe('a payment without an order', () => {
  const request = (amount: number) => payment(amount, { idempotencyKey: 'key-1' });

  test('is captured once per key', async () => {
    const [first, second] = await Promise.all([
      shop.payments.create(alice, request(500)),
      shop.payments.create(alice, request(500)),
    ]);
    expect(second?.response).toEqual(first?.response);
    expect(await balanceOf(shop, 'shop:revenue')).toBe(500);
  });

  test('that the wallet cannot pay stores nothing', async () => {
    await expect(shop.payments.create(alice, request(100_001))).rejects.toEqual(refused('INSUFFICIENT_FUNDS'));
    expect(await shop.queries.list(alice, 20, '')).toEqual({ items: [], nextCursor: '' });
  });

  test('is visible only to its customer and to an operator', async () => {
    const { id } = (await shop.payments.create(alice, request(500))).response;
    expect(await shop.queries.get(olga, id)).toMatchObject({ id, customer: 'alice' });
    await expect(shop.queries.get(bob, id)).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    await expect(shop.queries.get(alice, 'not-an-id')).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    expect(await shop.queries.listOf(bob, 'alice', 20)).toEqual([]);
  });

  test('is listed newest first, page by page', async () => {
    for (const amount of [1, 2, 3]) {
      await shop.payments.create(alice, { ...request(amount), idempotencyKey: uuidv7() });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const first = await shop.queries.list(alice, 2, '');
    const second = await shop.queries.list(alice, 2, first.nextCursor);
    expect([...first.items, ...second.items].map(({ amount }) => amount)).toEqual([3, 2, 1]);
    expect(second.nextCursor).toBe('');
    await expect(shop.queries.list(alice, 2, 'made-up')).rejects.toEqual(refused('CURSOR_INVALID'));
  });
});
