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
import { makeThings, paymentOf, withOrderThatIs } from './permissions/things';
import { brokenInvariants, shopping, signedIn } from './system';

let bob: Session;
let imageId: string;
let product: string;

beforeAll(async () => {
  bob = await signedIn('bob');
  ({ imageId, product } = await shopping(bob));
});
beforeEach(() => waitUntilQuiet(bob));

const refund = ({ id }: Payment, body: object, key: string = randomUUID()) =>
  bob.post(`/v1/payments/${id}/refunds`, body, { key });

const capturedOf = async (orderId: string): Promise<Payment | undefined> =>
  (await timelineOf(bob, orderId)).payments.find(({ status }) => status === 'captured');

test.each(['wallet', 'bank'] as const)(
  'what is shipped and paid by %s is not given back to its owner',
  async (method) => {
    const { id } = await placeOrder(bob, imageId, product, 1, method);
    expect((await waitUntilFinal(bob, id)).status).toBe('shipped');
    const before = await balanceOf(bob);
    const payment = (await capturedOf(id)) as Payment;
    const answers = [await refund(payment, {}), await refund(payment, { amount: payment.amount })];
    expect(answers.map((answer) => [answer.status, codeOf(answer)])).toEqual([
      [409, 'REFUND_NEEDS_OPERATOR'],
      [409, 'REFUND_NEEDS_OPERATOR'],
    ]);
    const part = await refund(payment, { amount: 1 });
    expect([part.status, codeOf(part)]).toEqual([422, 'REFUND_NOT_WHOLE']);
    expect(await balanceOf(bob)).toBe(before);
    expect((await bob.get<{ items: Refund[] }>(`/v1/payments/${payment.id}/refunds`)).items).toEqual([]);
  },
);

test('what is not printed yet is cancelled: all of the money comes back, and no prints', async () => {
  const things = await makeThings();
  const { alice } = things;
  await waitUntilQuiet(alice);
  const before = await balanceOf(alice);
  const key = randomUUID();
  const cancelled = { id: '', paymentId: '', text: '' };
  await withOrderThatIs('paid', things, async (id) => {
    const paymentId = await paymentOf(things, id);
    const reply = expecting('a refund', await alice.post(`/v1/payments/${paymentId}/refunds`, {}, { key }), 201);
    Object.assign(cancelled, { id, paymentId, text: reply.text });
  });
  const { id, paymentId, text } = cancelled;
  expect(jsonOf<Refund>({ text })).toMatchObject({ refundable: 0 });
  expect((await waitUntilFinal(alice, id)).status).toBe('refunded');
  expect((await timelineOf(alice, id)).items.map(({ type }) => type)).not.toContain('order.printing');
  expect(await balanceOf(alice)).toBe(before);
  const again = await alice.post(`/v1/payments/${paymentId}/refunds`, {}, { key });
  expect([again.status, again.text]).toEqual([201, text]);
  expect(await brokenInvariants()).toEqual([]);
});
