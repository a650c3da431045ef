import {
  decide,
  refundedBySaga,
  type Refund,
  type Refundable,
  refundable,
  type RefundCommand,
  refundedBy,
  settle,
} from './refund';

const now = new Date('2026-01-01T00:00:00Z');
const payment: Refundable = {
  ...{ id: 'p1', customer: 'alice', orderId: 'o1', method: 'wallet', amount: 1_000, currency: 'USD' },
  ...{ refunded: 0, status: 'captured' },
};
const byOperator = { orderedBy: 'operator', principal: 'olga', requestKey: 'k1' } as const;
const command: RefundCommand = { ...byOperator, id: 'r1', amount: 400, reason: 'a scratch' };
const refundOf =
  (amount: number, reserved = 0, of: Refundable = payment) =>
  () =>
    decide({ ...command, amount }, of, reserved, now);

test('a part of a payment is refunded', () => {
  expect(refundOf(400)()).toEqual({
    ...command,
    ...{ paymentId: 'p1', orderId: 'o1', customer: 'alice', currency: 'USD', status: 'completed', createdAt: now },
  });
});

test('amount 0 means the remainder', () => {
  expect(refundOf(0)().amount).toBe(1_000);
  expect(refundOf(0, 300)().amount).toBe(700);
});

test('a refund of a bank payment is pending first', () => {
  expect(refundOf(400, 0, { ...payment, method: 'bank' })().status).toBe('pending');
});

test.each<[string, () => Refund, string]>([
  ['more than was paid', refundOf(1_001), 'REFUND_EXCEEDS_CAPTURE'],
  ['more than is left', refundOf(701, 300), 'REFUND_EXCEEDS_CAPTURE'],
  ['the remainder when nothing is left', refundOf(0, 1_000), 'REFUND_EXCEEDS_CAPTURE'],
  ['a negative amount', refundOf(-1), 'VALIDATION_FAILED'],
  ['a fraction of a cent', refundOf(0.5), 'VALIDATION_FAILED'],
  ['NaN', refundOf(Number.NaN), 'VALIDATION_FAILED'],
  ['a very large amount', refundOf(10 ** 15), 'REFUND_EXCEEDS_CAPTURE'],
  ['a declined payment', refundOf(1, 0, { ...payment, status: 'declined' }), 'PAYMENT_NOT_CAPTURED'],
  ['a pending payment', refundOf(1, 0, { ...payment, status: 'pending' }), 'PAYMENT_NOT_CAPTURED'],
])('%s cannot be refunded', (_, refused, code) => {
  expect(refused).toThrow(expect.objectContaining({ code }));
});

test('the remainder excludes completed refunds and the pending refund itself', () => {
  const refund = refundOf(400)();
  expect(refundable(refundedBy(payment, refund), refund)).toBe(600);
  expect(refundable(payment, { ...refund, status: 'pending' })).toBe(600);
  expect(refundable(payment, settle(refund, { state: 'refused' }))).toBe(1_000);
});

describe('the owner of a payment', () => {
  const byOwner: RefundCommand = { ...command, orderedBy: 'owner', principal: 'alice' };
  const withoutOrder: Refundable = { ...payment, orderId: null };
  const refundedAmount = (amount: number, reserved = 0, of = payment) =>
    decide({ ...byOwner, amount }, of, reserved, now).amount;

  test('gets the whole remainder of an order, and no part of it', () => {
    expect([refundedAmount(0), refundedAmount(1_000), refundedAmount(0, 300), refundedAmount(700, 300)]).toEqual([
      1_000, 1_000, 700, 700,
    ]);
    expect(() => refundedAmount(999)).toThrow(expect.objectContaining({ code: 'REFUND_NOT_WHOLE' }));
    expect(() => refundedAmount(1_001)).toThrow(expect.objectContaining({ code: 'REFUND_EXCEEDS_CAPTURE' }));
  });

  test('gets any part of a payment without an order', () => {
    expect([refundedAmount(1, 0, withoutOrder), refundedAmount(0, 999, withoutOrder)]).toEqual([1, 1]);
  });
});

test("the saga's refund answers one request, if the amount matches and it did not fail", () => {
  const made: Refund = { ...refundOf(400)(), orderedBy: 'saga', principal: null, requestKey: null };
  expect(refundedBySaga([made], 0)).toBe(made);
  expect(refundedBySaga([made], 400)).toBe(made);
  expect(refundedBySaga([made], 399)).toBeUndefined();
  expect(refundedBySaga([{ ...made, requestKey: 'k1' }], 0)).toBeUndefined();
  expect(refundedBySaga([{ ...made, status: 'failed' }], 0)).toBeUndefined();
  expect(refundedBySaga([refundOf(400)()], 0)).toBeUndefined();
});
