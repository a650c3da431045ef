import { DomainError, uuidv7 } from '@halftone/kernel';
import { paymentsV1 } from '@halftone/contracts';
import { freshSchema } from '@halftone/testing';
import {
  alice,
  balanceOf,
  bankOrder,
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

type Placed = ReturnType<typeof order>;

/** Pays the order. The test decides how orders answers a cancellation. */
async function paid(placed: Placed): Promise<string> {
  await shop.captureFor(placed, uuidv7());
  await shop.worker.next();
  const [captured] = await shop.queries.findByOrder(alice, [placed.id]);
  return captured?.id ?? '';
}

const isPrinted = async () => {
  throw new DomainError('ORDER_TRANSITION_ILLEGAL', 'it is shipped');
};
const cancelled = async () => undefined;
const rows = () =>
  shop.db.rows
    .selectFrom('refund')
    .select(['status', 'amount', 'ordered_by', 'principal', 'request_key'])
    .orderBy('id')
    .execute();

describe('an order that is printed', () => {
  test('gives its owner no refund, neither whole nor in part', async () => {
    const id = await paid(order(1_000));
    shop.orders.onCancel(isPrinted);
    for (const amount of [0, 1_000])
      await expect(shop.refunds.create(alice, refund(id, amount))).rejects.toEqual(refused('REFUND_NEEDS_OPERATOR'));
    await expect(shop.refunds.create(alice, refund(id, 999))).rejects.toEqual(refused('REFUND_NOT_WHOLE'));
    expect(await rows()).toEqual([]);
    expect(await balanceOf(shop, 'wallet:alice')).toBe(99_000);
  });

  test('can be refunded by an operator, in part or whole, without a call to orders', async () => {
    const id = await paid(order(1_000));
    await shop.refunds.create(olga, refund(id, 400, 'key-1'));
    await shop.refunds.create(olga, refund(id, 0, 'key-2'));
    const byOlga = { status: 'completed', ordered_by: 'operator', principal: 'olga' };
    expect(await rows()).toEqual([
      { ...byOlga, amount: 400, request_key: 'key-1' },
      { ...byOlga, amount: 600, request_key: 'key-2' },
    ]);
    expect(shop.orders.cancellations).toEqual([]);
  });

  test('gets no refund while orders does not answer, and the key is free', async () => {
    const id = await paid(order(1_000));
    shop.orders.onCancel(async () => {
      throw new DomainError('UNAVAILABLE', 'orders is away');
    });
    await expect(shop.refunds.create(alice, refund(id, 0, 'key-1'))).rejects.toEqual(refused('UNAVAILABLE'));
    expect(await rows()).toEqual([]);
    shop.orders.onCancel(cancelled);
    expect(await shop.refunds.create(alice, refund(id, 0, 'key-1'))).toMatchObject({ replayed: false });
  });

  test('is not cancelled for a refund that would be refused', async () => {
    const placed = order(1_000);
    const id = await paid(placed);
    await expect(shop.refunds.create(alice, refund(id, 1_001))).rejects.toEqual(refused('REFUND_EXCEEDS_CAPTURE'));
    await expect(shop.refunds.create(alice, refund(id, -1))).rejects.toEqual(refused('VALIDATION_FAILED'));
    await expect(shop.refunds.create({ ...alice, customer: 'bob' }, refund(id))).rejects.toEqual(
      refused('PAYMENT_NOT_FOUND'),
    );
    expect(shop.orders.cancellations).toEqual([]);
  });
});

describe('an owner who cancels before the order is printed', () => {
  beforeEach(() => shop.orders.onCancel(cancelled));

  test('gets a full refund once, and the event names who ordered it', async () => {
    const placed = order(1_000);
    const id = await paid(placed);
    const request = refund(id, 0, 'key-1');
    const { response } = await shop.refunds.create(alice, request);
    expect(response).toMatchObject({ amount: 1_000, refundable: 0, by: paymentsV1.RefundBy.OWNER, principal: 'alice' });
    expect(await shop.refunds.create(alice, request)).toEqual({ response, replayed: true });
    expect(shop.orders.cancellations).toEqual([placed.id]);
    expect((await published(shop)).at(-1)).toMatchObject({
      refund: { by: paymentsV1.RefundBy.OWNER, principal: 'alice' },
    });
    await shop.refundOrder(placed, uuidv7());
    await expect(shop.refunds.create(alice, refund(id))).rejects.toEqual(refused('REFUND_EXCEEDS_CAPTURE'));
    expect(await rows()).toHaveLength(1);
  });

  test("gets the saga's refund as answer when that was faster, for one key only", async () => {
    const placed = order(1_000);
    const id = await paid(placed);
    shop.orders.onCancel(() => shop.refundOrder({ ...placed, reason: 'CUSTOMER_REQUEST' }, uuidv7()));
    const request = refund(id, 0, 'key-1');
    const { response } = await shop.refunds.create(alice, request);
    expect(response).toMatchObject({ amount: 1_000, by: paymentsV1.RefundBy.SAGA, principal: '' });
    expect(await shop.refunds.create(alice, request)).toEqual({ response, replayed: true });
    await expect(shop.refunds.create(alice, refund(id))).rejects.toEqual(refused('REFUND_EXCEEDS_CAPTURE'));
    expect(await rows()).toMatchObject([{ ordered_by: 'saga', principal: null, request_key: 'key-1' }]);
  });

  test('and loses the answer is refunded by the saga; the retry returns that refund', async () => {
    const placed = order(1_000);
    const id = await paid(placed);
    shop.orders.onCancel(async () => {
      throw new DomainError('DEADLINE_EXCEEDED', 'the answer was lost');
    });
    await expect(shop.refunds.create(alice, refund(id, 0, 'key-1'))).rejects.toEqual(refused('DEADLINE_EXCEEDED'));
    await shop.refundOrder(placed, uuidv7());
    expect(await shop.refunds.create(alice, refund(id, 0, 'key-1'))).toMatchObject({ response: { amount: 1_000 } });
    expect(await rows()).toHaveLength(1);
    expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000);
  });

  test('concurrently with the saga is refunded once', async () => {
    const placed = order(1_000);
    const id = await paid(placed);
    const owner = Array.from({ length: 5 }, () => shop.refunds.create(alice, refund(id)));
    const saga = Array.from({ length: 5 }, () => shop.refundOrder(placed, uuidv7()));
    const answers = await outcomes([...owner, ...saga]);
    expect(answers.filter((answer) => answer === 'REFUND_EXCEEDS_CAPTURE')).toHaveLength(4);
    expect(await rows()).toHaveLength(1);
    expect(await balanceOf(shop, 'wallet:alice')).toBe(100_000);
  });

  test('gets a bank refund even if the bank was down and the saga relied on the request', async () => {
    const placed = bankOrder(1_000);
    const id = await paid(placed);
    shop.orders.onCancel(async () => undefined);
    shop.bank.expect('unsent');
    await expect(shop.refunds.create(alice, refund(id, 0, 'key-1'))).rejects.toEqual(refused('BANK_UNAVAILABLE'));
    await shop.refundOrder(placed, uuidv7());
    expect(await rows()).toMatchObject([{ status: 'pending', amount: 1_000, ordered_by: 'owner' }]);
    await shop.db.rows
      .updateTable('bank_operation')
      .set({ lease_until: new Date(0), next_try_at: new Date(0) })
      .execute();
    await shop.worker.next();
    expect(shop.bank.accounts.get('alice')).toBe(500_000);
    expect(await shop.refunds.create(alice, refund(id, 0, 'key-1'))).toMatchObject({ replayed: true });
    expect(await rows()).toMatchObject([{ status: 'completed', amount: 1_000 }]);
  });
});

test('a payment without an order is refunded to its owner, in part or whole', async () => {
  const { response } = await shop.payments.create(alice, payment(1_000));
  await shop.refunds.create(alice, refund(response.id, 400));
  await shop.refunds.create(alice, refund(response.id));
  expect(await rows()).toMatchObject([{ amount: 400, ordered_by: 'owner' }, { amount: 600 }]);
  expect(shop.orders.cancellations).toEqual([]);
});
