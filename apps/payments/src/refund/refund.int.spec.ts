import { uuidv7 } from '@halftone/kernel';
import { paymentsV1 } from '@halftone/contracts';
import { freshSchema } from '@halftone/testing';
import {
  alice,
  balanceOf,
  bankOrder,
  bankPayment,
  bob,
  eventTypes,
  givenAShop,
  olga,
  order,
  outcomes,
  payment,
  published,
  refund,
  refused,
} from '../payments.fixture';

const shop = givenAShop(freshSchema);

const paid = async (amount: number) => (await shop.payments.create(alice, payment(amount))).response.id;
const paidByBank = async (amount: number) => (await shop.payments.create(alice, bankPayment(amount))).response.id;
const refunds = () => shop.db.rows.selectFrom('refund').select(['status', 'amount']).orderBy('id').execute();

describe('a refund of a wallet payment', () => {
  test('returns a part, then the rest, and states the remainder', async () => {
    const id = await paid(1_000);
    const first = await shop.refunds.create(alice, refund(id, 400));
    expect(first.response).toMatchObject({ amount: 400, refundable: 600, status: paymentsV1.RefundStatus.COMPLETED });
    const rest = await shop.refunds.create(olga, refund(id));
    expect(rest.response).toMatchObject({ amount: 600, refundable: 0 });
    expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000);
    expect(await shop.queries.get(alice, id)).toMatchObject({ status: 'captured', refunded: 1_000 });
    const events = (await published(shop)).slice(1);
    expect(events).toMatchObject([
      { type: 'refund.completed', key: 'alice', sequence: 1, refund: { refundable: 600 } },
      { type: 'refund.completed', key: 'alice', sequence: 1, refund: { refundable: 0 } },
    ]);
    expect(events[0]?.subject).toBe(`refunds/${first.response.id}`);
  });

  test('is made once per key, under ten concurrent calls', async () => {
    const request = refund(await paid(1_000), 100, 'key-1');
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.refunds.create(alice, request)));
    expect(new Set(answers.map(({ response }) => response.id)).size).toBe(1);
    expect(await refunds()).toHaveLength(1);
  });

  test('concurrently with others never exceeds the payment', async () => {
    const id = await paid(1_000);
    const answers = await outcomes(Array.from({ length: 10 }, () => shop.refunds.create(alice, refund(id, 300))));
    expect(answers.filter((answer) => answer === 'done')).toHaveLength(3);
    expect(new Set(answers)).toEqual(new Set(['done', 'REFUND_EXCEEDS_CAPTURE']));
    expect(await balanceOf(shop, 'shop:revenue')).toBe(100);
  });

  test('that is refused stores nothing, not even the key', async () => {
    const id = await paid(1_000);
    await expect(shop.refunds.create(alice, refund(id, 1_001, 'key-1'))).rejects.toEqual(
      refused('REFUND_EXCEEDS_CAPTURE'),
    );
    await expect(shop.refunds.create(alice, refund(id, -1, 'key-1'))).rejects.toEqual(refused('VALIDATION_FAILED'));
    expect(await shop.refunds.create(alice, refund(id, 1_000, 'key-1'))).toMatchObject({ replayed: false });
  });

  test('is only for the owner and for operators', async () => {
    const id = await paid(1_000);
    await expect(shop.refunds.create(bob, refund(id))).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    await expect(shop.refunds.list(bob, id)).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    await expect(shop.refunds.create(alice, refund('not-an-id'))).rejects.toEqual(refused('PAYMENT_NOT_FOUND'));
    await shop.refunds.create(alice, refund(id, 1));
    expect((await shop.refunds.list(olga, id)).refunds).toMatchObject([{ amount: 1, reason: 'a scratch' }]);
  });

  test('of a declined payment is refused', async () => {
    const placed = order(100_001);
    await shop.captureFor(placed, placed.id);
    const [declined] = await shop.queries.findByOrder(alice, [placed.id]);
    await expect(shop.refunds.create(alice, refund(declined?.id ?? ''))).rejects.toEqual(
      refused('PAYMENT_NOT_CAPTURED'),
    );
  });
});

describe('a refund of a bank payment', () => {
  test('is completed when the bank has booked it, and replayed without the bank', async () => {
    const id = await paidByBank(1_000);
    const request = refund(id, 400, 'key-1');
    const { response } = await shop.refunds.create(alice, request);
    expect(response).toMatchObject({ status: paymentsV1.RefundStatus.COMPLETED, refundable: 600 });
    expect(await shop.refunds.create(alice, request)).toEqual({ response, replayed: true });
    expect(shop.bank.accounts.get('alice')).toBe(499_400);
    expect(await balanceOf(shop, 'bank:clearing')).toBe(-600);
    expect(await shop.queries.get(alice, id)).toMatchObject({ refunded: 400 });
  });

  test('counts against the payment while it is pending', async () => {
    const id = await paidByBank(1_000);
    shop.bank.expect('message-lost');
    await expect(shop.refunds.create(alice, refund(id, 700))).rejects.toEqual(refused('UNAVAILABLE'));
    await expect(shop.refunds.create(alice, refund(id, 301))).rejects.toEqual(refused('REFUND_EXCEEDS_CAPTURE'));
    expect(await shop.queries.get(alice, id)).toMatchObject({ refunded: 0 });
    expect(await refunds()).toEqual([{ status: 'pending', amount: 700 }]);
  });

  test('that the bank refuses is failed and does not count against the payment', async () => {
    const id = await paidByBank(1_000);
    shop.bank.accounts.delete('alice');
    const request = refund(id, 1_000, 'key-1');
    await expect(shop.refunds.create(alice, request)).rejects.toEqual(refused('BANK_REFUSED'));
    await expect(shop.refunds.create(alice, request)).rejects.toEqual(refused('BANK_REFUSED'));
    expect(await refunds()).toEqual([{ status: 'failed', amount: 1_000 }]);
    expect(await eventTypes(shop)).toEqual(['payment.captured', 'refund.failed']);
    shop.bank.accounts.set('alice', 0);
    expect(await shop.refunds.create(alice, refund(id))).toMatchObject({ response: { amount: 1_000, refundable: 0 } });
  });

  test('that was certainly not sent stores nothing', async () => {
    const id = await paidByBank(1_000);
    shop.bank.expect('unsent');
    await expect(shop.refunds.create(alice, refund(id, 0, 'key-1'))).rejects.toEqual(refused('BANK_UNAVAILABLE'));
    expect(await refunds()).toEqual([]);
    expect(await shop.refunds.create(alice, refund(id, 0, 'key-1'))).toMatchObject({ replayed: false });
  });
});

describe('a refund by the saga', () => {
  test('returns the whole remainder, once per event and once per order', async () => {
    const placed = order(1_000);
    await shop.captureFor(placed, uuidv7());
    const [{ id } = { id: '' }] = await shop.queries.findByOrder(alice, [placed.id]);
    await shop.refunds.create(olga, refund(id, 100));
    const eventId = uuidv7();
    await Promise.all([eventId, eventId, uuidv7()].map((event) => shop.refundOrder(placed, event)));
    expect(await refunds()).toEqual([100, 900].map((amount) => ({ status: 'completed', amount })));
    expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000);
    expect((await published(shop)).at(-1)).toMatchObject({ refund: { orderId: placed.id, refundable: 0 } });
  });

  test('of a bank payment is completed by the worker', async () => {
    const placed = { ...bankOrder(1_000), reason: 'PRODUCT_UNAVAILABLE' };
    await shop.captureFor(placed, uuidv7());
    await shop.worker.next();
    await shop.refundOrder(placed, uuidv7());
    expect(await refunds()).toEqual([{ status: 'pending', amount: 1_000 }]);
    await shop.refundOrder(placed, uuidv7());
    await shop.worker.next();
    expect(await refunds()).toEqual([{ status: 'completed', amount: 1_000 }]);
    expect(shop.bank.accounts.get('alice')).toBe(500_000);
    expect((await published(shop)).at(-1)).toMatchObject({
      type: 'refund.completed',
      refund: { reason: 'PRODUCT_UNAVAILABLE' },
    });
  });

  test('concurrently with an operator never exceeds the payment', async () => {
    const placed = order(1_000);
    await shop.captureFor(placed, uuidv7());
    const [{ id } = { id: '' }] = await shop.queries.findByOrder(alice, [placed.id]);
    const operator = Array.from({ length: 5 }, () => shop.refunds.create(olga, refund(id, 150)));
    const saga = Array.from({ length: 5 }, () => shop.refundOrder(placed, uuidv7()));
    await outcomes([...operator, ...saga]);
    expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000);
    expect(await balanceOf(shop, 'shop:revenue')).toBe(0);
  });

  test('of an unpaid order does nothing', async () => {
    await shop.refundOrder(order(1_000), uuidv7());
    expect(await refunds()).toEqual([]);
  });
});
