import { decide, type Refund, type Refundable, refundable, refundedBy, settle } from './refund';

const now = new Date('2026-01-01T00:00:00Z');
const payment: Refundable = {
  ...{ id: 'p1', customer: 'alice', orderId: 'o1', method: 'wallet', amount: 1_000, currency: 'USD' },
  ...{ refunded: 0, status: 'captured' },
};
const command = { id: 'r1', amount: 400, reason: 'a scratch' };
const asking =
  (amount: number, promised = 0, of: Refundable = payment) =>
  () =>
    decide({ ...command, amount }, of, promised, now);

test('a part of a payment goes back', () => {
  expect(asking(400)()).toEqual({
    ...command,
    ...{ paymentId: 'p1', orderId: 'o1', customer: 'alice', currency: 'USD', status: 'completed', createdAt: now },
  });
});

test('0 means all that is left', () => {
  expect(asking(0)().amount).toBe(1_000);
  expect(asking(0, 300)().amount).toBe(700);
});

test('to a bank account it is pending first', () => {
  expect(asking(400, 0, { ...payment, method: 'bank' })().status).toBe('pending');
});

test.each<[string, () => Refund, string]>([
  ['more than was paid', asking(1_001), 'REFUND_EXCEEDS_CAPTURE'],
  ['more than is left', asking(701, 300), 'REFUND_EXCEEDS_CAPTURE'],
  ['all when nothing is left', asking(0, 1_000), 'REFUND_EXCEEDS_CAPTURE'],
  ['less than nothing', asking(-1), 'VALIDATION_FAILED'],
  ['half a cent', asking(0.5), 'VALIDATION_FAILED'],
  ['no amount at all', asking(Number.NaN), 'VALIDATION_FAILED'],
  ['more than exists', asking(10 ** 15), 'REFUND_EXCEEDS_CAPTURE'],
  ['a declined payment', asking(1, 0, { ...payment, status: 'declined' }), 'PAYMENT_NOT_CAPTURED'],
  ['a pending payment', asking(1, 0, { ...payment, status: 'pending' }), 'PAYMENT_NOT_CAPTURED'],
])('%s cannot be refunded', (_, refused, code) => {
  expect(refused).toThrow(expect.objectContaining({ code }));
});

test('what is left to refund counts what went back, and the pending refund itself', () => {
  const refund = asking(400)();
  expect(refundable(refundedBy(payment, refund), refund)).toBe(600);
  expect(refundable(payment, { ...refund, status: 'pending' })).toBe(600);
  expect(refundable(payment, settle(refund, { state: 'refused' }))).toBe(1_000);
});
