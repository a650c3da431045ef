import { paymentsV1 } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { freshSchema } from '@halftone/testing';
import {
  alice,
  balanceOf,
  bankOrder,
  bob,
  eventTypes,
  givenAShop,
  olga,
  order,
  outcomes,
  payment,
  refused,
  retryOf,
} from '../payments.fixture';

const { WALLET, BANK } = paymentsV1.PaymentMethod;

/** A second payment for an order whose payment was declined. */
const shop = givenAShop(freshSchema);

const declinedOrder = async () => {
  const placed = order(100_001);
  await shop.captureFor(placed, uuidv7());
  return placed.id;
};
const statuses = async (orderId: string) =>
  (await shop.queries.findByOrder(alice, [orderId])).map(({ method, status }) => `${method} ${status}`);

test('a bank payment succeeds after a declined wallet payment', async () => {
  const id = await declinedOrder();
  const { response } = await shop.payments.create(alice, retryOf(id, BANK));
  expect(response).toMatchObject({ orderId: id, amount: 100_001, currency: 'USD', description: `order ${id}` });
  expect(await statuses(id)).toEqual(['wallet declined', 'bank captured']);
  expect(await eventTypes(shop)).toEqual(['payment.declined', 'payment.captured']);
  expect(shop.bank.accounts.get('alice')).toBe(399_999);
});

test('a wallet payment succeeds after a declined bank payment', async () => {
  shop.bank.accounts.set('alice', 0);
  const placed = bankOrder(700);
  await shop.captureFor(placed, uuidv7());
  await shop.worker.next();
  await shop.payments.create(alice, retryOf(placed.id));
  expect(await statuses(placed.id)).toEqual(['bank declined', 'wallet captured']);
  expect(await balanceOf(shop, 'wallet:alice')).toBe(99_300);
});

test('a retry from a wallet with too little money stores nothing', async () => {
  const id = await declinedOrder();
  await expect(shop.payments.create(alice, retryOf(id))).rejects.toEqual(refused('INSUFFICIENT_FUNDS'));
  expect(await statuses(id)).toEqual(['wallet declined']);
});

test('an order can be paid after the bank has refused the retry too', async () => {
  const id = await declinedOrder();
  shop.bank.accounts.set('alice', 0);
  await expect(shop.payments.create(alice, retryOf(id, BANK))).rejects.toEqual(refused('INSUFFICIENT_FUNDS'));
  expect(await statuses(id)).toEqual(['wallet declined', 'bank declined']);
  shop.bank.accounts.set('alice', 500_000);
  await shop.payments.create(alice, retryOf(id, BANK));
  expect(await statuses(id)).toContain('bank captured');
});

test('of ten concurrent retries one pays, whatever the method', async () => {
  const placed = order(100_001);
  await shop.captureFor(placed, uuidv7());
  await shop.db.rows.updateTable('payment').set({ amount: 700 }).execute();
  const retries = Array.from({ length: 10 }, (_, at) =>
    shop.payments.create(alice, retryOf(placed.id, at % 2 ? WALLET : BANK)),
  );
  const answers = await outcomes(retries);
  expect(answers.filter((answer) => answer === 'done')).toHaveLength(1);
  const expected = ['done', 'INSUFFICIENT_FUNDS', 'ORDER_NOT_PAYABLE', 'PAYMENT_IN_PROGRESS'];
  expect(answers.filter((answer) => !expected.includes(answer))).toEqual([]);
  expect(await balanceOf(shop, 'shop:revenue')).toBe(700);
});

test('several events of one order create one payment', async () => {
  const placed = bankOrder(700);
  await Promise.all([uuidv7(), uuidv7(), uuidv7()].map((event) => shop.captureFor(placed, event)));
  expect(await statuses(placed.id)).toEqual(['bank pending']);
});

test('an order with a pending or captured payment cannot be paid', async () => {
  const placed = bankOrder(700);
  await shop.captureFor(placed, uuidv7());
  await expect(shop.payments.create(alice, retryOf(placed.id))).rejects.toEqual(refused('PAYMENT_IN_PROGRESS'));
  await shop.worker.next();
  await expect(shop.payments.create(alice, retryOf(placed.id))).rejects.toEqual(refused('ORDER_NOT_PAYABLE'));
});

test.each([
  ['another customer', bob],
  ['an operator', olga],
])('%s cannot retry', async (_, principal) => {
  const id = await declinedOrder();
  await expect(shop.payments.create(principal, retryOf(id))).rejects.toEqual(refused('ORDER_NOT_FOUND'));
});

test.each([
  ['an unknown order', retryOf(uuidv7()), 'ORDER_NOT_FOUND'],
  ['an invalid order id', retryOf('x'), 'ORDER_NOT_FOUND'],
  ['an order and an amount', payment(1, { orderId: uuidv7() }), 'VALIDATION_FAILED'],
  ['amount 0', payment(0), 'VALIDATION_FAILED'],
  ['a negative amount', payment(-5), 'VALIDATION_FAILED'],
  ['too large an amount', payment(10 ** 12 + 1), 'VALIDATION_FAILED'],
  ['a NUL in a text', payment(1, { description: 'a\0b' }), 'VALIDATION_FAILED'],
  ['a foreign currency from the bank', payment(1, { currency: 'EUR', method: BANK }), 'CURRENCY_UNSUPPORTED'],
  ['a foreign currency from the wallet', payment(1, { currency: 'EUR' }), 'CURRENCY_UNSUPPORTED'],
])('%s is refused and stores nothing, not even the key', async (_, request, code) => {
  await expect(shop.payments.create(alice, request)).rejects.toEqual(refused(code));
  expect(await shop.db.rows.selectFrom('idempotency').selectAll().execute()).toEqual([]);
  expect(await shop.db.rows.selectFrom('payment').selectAll().execute()).toEqual([]);
  expect(shop.bank.received).toEqual([]);
});

test('the payments of one order can be listed', async () => {
  const id = await declinedOrder();
  await shop.payments.create(alice, payment(5));
  await shop.payments.create(alice, retryOf(id, BANK));
  expect((await shop.queries.list(alice, 20, '', id)).items.map(({ method }) => method)).toEqual(['bank', 'wallet']);
  expect((await shop.queries.list(bob, 20, '', id)).items).toEqual([]);
  expect((await shop.queries.list(alice, 20, '', 'x')).items).toEqual([]);
  expect((await shop.queries.list(alice, 20, '')).items).toHaveLength(3);
});
