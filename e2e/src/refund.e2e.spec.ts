import { randomUUID } from 'node:crypto';
import type { Payment, Refund } from '@halftone/proof/harness/clients/api.ts';
import { codeOf, jsonOf } from '@halftone/proof/harness/clients/http.ts';
import { expecting, type Session } from '@halftone/proof/harness/clients/session.ts';
import {
  balanceOf,
  placeOrder,
  timelineOf,
  waitUntilFinal,
  waitUntilQuiet,
} from '@halftone/proof/harness/clients/shop.ts';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { listen, query, shopping, signedIn } from './system';

let bob: Session;
let olga: Session;
let imageId: string;
let product: string;

beforeAll(async () => {
  [bob, olga] = [await signedIn('bob'), await signedIn('olga')];
  ({ imageId, product } = await shopping(bob));
});

/** The captured payment of an order that was shipped. */
async function paidOrder(payment: 'wallet' | 'bank'): Promise<{ orderId: string; payment: Payment }> {
  await waitUntilQuiet(bob);
  const { id } = await placeOrder(bob, imageId, product, 4, payment);
  await waitUntilFinal(bob, id);
  const [captured] = (await timelineOf(bob, id)).payments;
  if (captured?.status !== 'captured') throw new Error(`order ${id} was not paid`);
  return { orderId: id, payment: captured };
}

/** By the operator: the owner of what is shipped can only ask. */
const refund = ({ id }: Payment, body: object, { as = olga, key = randomUUID() as string } = {}) =>
  as.post(`/v1/payments/${id}/refunds`, body, { key });

const refundsOf = async ({ id }: Payment) => (await bob.get<{ items: Refund[] }>(`/v1/payments/${id}/refunds`)).items;

const bankBalance = async () =>
  (await query<{ balance: number }>(`SELECT balance FROM bank.account WHERE id = 'bob'`))[0]?.balance ?? 0;

test('a part goes back, then the rest, and never more than was captured', async () => {
  const before = await balanceOf(bob);
  const { orderId, payment } = await paidOrder('wallet');
  const part = jsonOf<Refund>(expecting('refund', await refund(payment, { amount: 10, reason: 'a scratch' }), 201));
  const left = payment.amount - 10;
  expect(part).toMatchObject({ status: 'completed', amount: 10, refundable: left, reason: 'a scratch', orderId });
  expect(await balanceOf(bob)).toBe(before - left);

  const tooMuch = await refund(payment, { amount: left + 1 });
  expect([tooMuch.status, codeOf(tooMuch)]).toEqual([422, 'REFUND_EXCEEDS_CAPTURE']);
  const rest = jsonOf<Refund>(expecting('refund', await refund(payment, {}), 201));
  expect(rest).toMatchObject({ status: 'completed', amount: left, refundable: 0 });
  const nothingLeft = await refund(payment, {});
  expect([nothingLeft.status, codeOf(nothingLeft)]).toEqual([422, 'REFUND_EXCEEDS_CAPTURE']);

  expect(await balanceOf(bob)).toBe(before);
  expect((await refundsOf(payment)).map(({ amount }) => amount)).toEqual([10, left]);
  expect(await bob.get<Payment>(`/v1/payments/${payment.id}`)).toMatchObject({ refunded: payment.amount });
  expect((await waitUntilFinal(bob, orderId)).status).toBe('shipped');
});

test('money that came from the bank goes back to the bank', async () => {
  await waitUntilQuiet(bob);
  const [wallet, account] = [await balanceOf(bob), await bankBalance()];
  const listener = await listen(bob, 'sse');
  const { payment } = await paidOrder('bank');
  expect(await bankBalance()).toBe(account - payment.amount);
  const { id } = jsonOf<Refund>(expecting('refund', await refund(payment, {}), 201));
  await listener.waitFor(
    'the refund',
    ({ type, subject }) => type === 'refund.completed' && subject === `refunds/${id}`,
  );
  await listener.close();
  expect([await balanceOf(bob), await bankBalance()]).toEqual([wallet, account]);
  const booked = await query<{ state: string; amount: number }>(
    'SELECT state, amount FROM bank.transaction WHERE reference = $1',
    [`ht-c-${id}`],
  );
  expect(booked).toEqual([{ state: 'booked', amount: payment.amount }]);
});

test('a refund is done once per key, however many requests come at the same time', async () => {
  const { payment } = await paidOrder('wallet');
  const key = randomUUID();
  const replies = await Promise.all(Array.from({ length: 5 }, () => refund(payment, { amount: 7 }, { key })));
  expect(replies.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  expect(await refundsOf(payment)).toHaveLength(1);
});

test('refunds of one payment at the same moment never give back more than it', async () => {
  const { payment } = await paidOrder('wallet');
  const most = Math.floor(payment.amount / 2) + 1;
  const replies = await Promise.all(Array.from({ length: 6 }, () => refund(payment, { amount: most })));
  expect(replies.map(({ status }) => status).toSorted()).toEqual([201, 422, 422, 422, 422, 422]);
});

test('a key that was used for one payment is not taken for another', async () => {
  const [one, other] = [await paidOrder('wallet'), await paidOrder('wallet')];
  const key = randomUUID();
  expect((await refund(one.payment, { amount: 1 }, { key })).status).toBe(201);
  const reused = await refund(other.payment, { amount: 1 }, { key });
  expect([reused.status, codeOf(reused)]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  expect(await refundsOf(other.payment)).toEqual([]);
});

test('a key of one route is another key on another route', async () => {
  const key = randomUUID();
  const tip = { amount: 3, currency: 'USD', description: 'a tip' };
  const paid = jsonOf<Payment>(expecting('a tip', await bob.post('/v1/payments', tip), 201));
  expect((await refund(paid, { amount: 3 }, { as: bob, key })).status).toBe(201);
  expect((await bob.post('/v1/payments', tip, { key })).status).toBe(201);
});

test('an operator gives back for a customer, another customer cannot', async () => {
  const { payment } = await paidOrder('wallet');
  const stranger = await refund(payment, { amount: 1 }, { as: await signedIn('alice') });
  expect([stranger.status, codeOf(stranger)]).toEqual([404, 'PAYMENT_NOT_FOUND']);
  expect(jsonOf<Refund>(await refund(payment, { amount: 1 }))).toMatchObject({ by: 'operator' });
});

test('a payment outside any order is given back, too, and the list of an order shows only its own', async () => {
  const { orderId, payment } = await paidOrder('wallet');
  const tip = jsonOf<Payment>(await bob.post('/v1/payments', { amount: 50, currency: 'USD', method: 'bank' }));
  const part = jsonOf<Refund>(await refund(tip, { amount: 20 }, { as: bob }));
  expect(part).toMatchObject({ orderId: null, amount: 20, by: 'owner' });
  await eventually('the bank to have it', async () => (await refundsOf(tip)).every(isCompleted) || undefined);
  const { items } = await bob.get<{ items: Payment[] }>(`/v1/payments?order=${orderId}`);
  expect(items.map(({ id }) => id)).toEqual([payment.id]);
});

const isCompleted = ({ status }: Refund): boolean => status === 'completed';
