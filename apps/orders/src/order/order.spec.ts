import { specification } from '@halftone/testing';
import { decide, evolve, type Order, type OrderEvent } from './order';

const now = new Date('2026-01-01T00:00:00Z');
const facts = {
  id: '01990000-0000-7000-8000-000000000001',
  customer: 'alice',
  lines: [
    { imageId: 'photo-1', product: 'print-10x15', quantity: 2, unitPrice: 29 },
    { imageId: 'photo-2', product: 'mug', quantity: 1, unitPrice: 1499 },
  ],
  total: 1557,
  currency: 'USD',
  payment: 'wallet',
} as const;
const place = { type: 'PlaceOrder', order: facts, printable: new Set(['photo-1', 'photo-2']) } as const;

const placed: OrderEvent = { type: 'order.placed', order: { ...facts, createdAt: now }, at: now };
const paid: OrderEvent = { type: 'order.paid', at: now };
const printing: OrderEvent = { type: 'order.printing', at: now };
const shipped: OrderEvent = { type: 'order.shipped', at: now };
const declined: OrderEvent = { type: 'order.payment_failed', reason: 'INSUFFICIENT_FUNDS', at: now };
const cancelled: OrderEvent = { type: 'order.cancelled', reason: 'INSUFFICIENT_FUNDS', at: now };
const refunding = (reason: string): OrderEvent => ({ type: 'order.refunding', reason, at: now });
const refunded = (reason: string): OrderEvent => ({ type: 'order.refunded', reason, at: now });

const startPrinting = { type: 'StartPrinting', unavailable: new Set<string>() } as const;
const markRefunded = { type: 'MarkRefunded', reason: 'scratched' } as const;
const timeOut = { type: 'TimeOutStep' } as const;

const { given } = specification({ decide, evolve });

describe('an order without problems', () => {
  test('is placed', () => given([]).when(place).then([placed]));
  test('then paid', () => given([placed]).when({ type: 'MarkPaid' }).then([paid]));
  test('then printed', () => given([placed, paid]).when(startPrinting).then([printing]));
  test('then shipped', () => given([placed, paid, printing]).when({ type: 'Ship' }).then([shipped]));
});

describe('an order whose payment is declined', () => {
  test('says why', () => given([placed]).when({ type: 'FailPayment', reason: 'INSUFFICIENT_FUNDS' }).then([declined]));
  test('is paid by a retry', () => given([placed, declined]).when({ type: 'MarkPaid' }).then([paid]));
  test('is cancelled for the same reason when no retry comes in time', () =>
    given([placed, declined]).when(timeOut).then([cancelled]));
  test('does not change on another decline', () =>
    given([placed, declined]).when({ type: 'FailPayment', reason: 'BANK_REFUSED' }).then([]));
});

describe('an order that cannot be made is refunded', () => {
  test('when a product is unavailable at the start of printing', () =>
    given([placed, paid])
      .when({ type: 'StartPrinting', unavailable: new Set(['mug']) })
      .then([refunding('PRODUCT_UNAVAILABLE')]));
  test('not when only another product is unavailable', () =>
    given([placed, paid])
      .when({ type: 'StartPrinting', unavailable: new Set(['puzzle-1000']) })
      .then([printing]));
  test('when the payment arrives after the cancellation', () =>
    given([placed, declined, cancelled])
      .when({ type: 'MarkPaid' })
      .then([refunding('PAYMENT_LATE')]));
  test('and keeps its first reason when the refund completes', () =>
    given([placed, paid, refunding('PRODUCT_UNAVAILABLE')])
      .when(markRefunded)
      .then([refunded('PRODUCT_UNAVAILABLE')]));
});

describe('an order that is refunded on request', () => {
  test('before printing is final', () =>
    given([placed, paid])
      .when(markRefunded)
      .then([refunded('scratched')]));
  test('is not printed any more', () =>
    given([placed, paid, refunded('scratched')])
      .when(startPrinting)
      .then([]));
  test('is not shipped any more', () =>
    given([placed, paid, printing, refunded('scratched')])
      .when({ type: 'Ship' })
      .then([]));
  test('after it was shipped stays shipped', () =>
    given([placed, paid, printing, shipped]).when(markRefunded).then([]));
});

describe('an order cancelled by its owner', () => {
  const cancel = { type: 'CancelOrder', by: 'owner', reason: 'CUSTOMER_REQUEST' } as const;
  const changedMind: OrderEvent = { type: 'order.cancelled', reason: 'CUSTOMER_REQUEST', at: now };
  test('before payment is cancelled', () => given([placed]).when(cancel).then([changedMind]));
  test('whose payment failed is cancelled', () => given([placed, declined]).when(cancel).then([changedMind]));
  test('after payment is refunded', () =>
    given([placed, paid])
      .when(cancel)
      .then([refunding('CUSTOMER_REQUEST')]));
  test('is refunded when the payment arrives later', () =>
    given([placed, changedMind])
      .when({ type: 'MarkPaid' })
      .then([refunding('PAYMENT_LATE')]));
  test('is not printed any more', () =>
    given([placed, paid, refunding('CUSTOMER_REQUEST')])
      .when(startPrinting)
      .then([]));
  test.each([
    ['printing', [placed, paid, printing]],
    ['shipped', [placed, paid, printing, shipped]],
  ])('is refused when it is %s', (_, history) => given(history).when(cancel).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test.each([
    ['cancelled', [placed, changedMind]],
    ['refunding', [placed, paid, refunding('CUSTOMER_REQUEST')]],
    ['refunded', [placed, paid, refunding('PRINT_TIMEOUT'), refunded('PRINT_TIMEOUT')]],
  ])('does not change when it is already %s', (_, history) => given(history).when(cancel).then([]));
});

describe('an order cancelled by an operator', () => {
  const stop = { type: 'CancelOrder', by: 'operator', reason: 'JAMMED' } as const;
  test('is refunded even during printing', () =>
    given([placed, paid, printing])
      .when(stop)
      .then([refunding('JAMMED')]));
  test('is refused when it is shipped', () =>
    given([placed, paid, printing, shipped]).when(stop).thenThrows('ORDER_TRANSITION_ILLEGAL'));
});

describe('a step that exceeds its time limit', () => {
  test('a placed order becomes payment_failed', () =>
    given([placed])
      .when(timeOut)
      .then([{ type: 'order.payment_failed', reason: 'PAYMENT_TIMEOUT', at: now }]));
  test.each([
    ['paid', [placed, paid]],
    ['printing', [placed, paid, printing]],
  ])('a %s order is refunded', (_, history) =>
    given(history)
      .when(timeOut)
      .then([refunding('PRINT_TIMEOUT')]),
  );
  test('a refund is never abandoned', () =>
    given([placed, paid, refunding('PRINT_TIMEOUT')])
      .when(timeOut)
      .then([]));
  test.each([
    ['shipped', [placed, paid, printing, shipped]],
    ['cancelled', [placed, declined, cancelled]],
    ['refunded', [placed, paid, refunded('scratched')]],
  ])('a %s order does not change', (_, history) => given(history).when(timeOut).then([]));
});

describe('repeated or late events change nothing', () => {
  const history = [placed, paid, printing, shipped];
  test('paid twice', () => given([placed, paid]).when({ type: 'MarkPaid' }).then([]));
  test('paid after it was shipped', () => given(history).when({ type: 'MarkPaid' }).then([]));
  test('declined after it was paid', () =>
    given([placed, paid]).when({ type: 'FailPayment', reason: 'late' }).then([]));
  test('printing after it was shipped', () => given(history).when(startPrinting).then([]));
  test('shipped during the refund', () =>
    given([placed, paid, printing, refunding('PRINT_TIMEOUT')])
      .when({ type: 'Ship' })
      .then([]));
  test('paid during the refund', () =>
    given([placed, declined, cancelled, refunding('PAYMENT_LATE')])
      .when({ type: 'MarkPaid' })
      .then([]));
});

describe('an illegal transition is refused', () => {
  test('printing before payment', () => given([placed]).when(startPrinting).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('shipping before printing', () =>
    given([placed, paid]).when({ type: 'Ship' }).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('refund before payment', () => given([placed]).when(markRefunded).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('printing after cancellation', () =>
    given([placed, declined, cancelled]).when(startPrinting).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('placing again', () => given([placed]).when(place).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('payment without an order', () => given([]).when({ type: 'MarkPaid' }).thenThrows('ORDER_NOT_FOUND'));
});

test('the error names unprintable photos by path', () => {
  expect(() => decide({ ...place, printable: new Set(['photo-1']) }, undefined, now)).toThrow(
    expect.objectContaining({
      code: 'IMAGE_NOT_PRINTABLE',
      details: [{ path: 'lines.1.imageId', message: 'is unknown, not yours or not ready' }],
    }),
  );
});

test('the version counts the events, and only a setback has a reason', () => {
  const states = [placed, declined, paid, refunding('PRINT_TIMEOUT'), refunded('PRINT_TIMEOUT')].reduce<Order[]>(
    (seen, event) => [...seen, evolve(seen.at(-1), event)],
    [],
  );
  expect(states.map(({ version }) => version)).toEqual([1, 2, 3, 4, 5]);
  expect(states.map((state) => ('reason' in state ? state.reason : undefined))).toEqual([
    undefined,
    'INSUFFICIENT_FUNDS',
    undefined,
    'PRINT_TIMEOUT',
    'PRINT_TIMEOUT',
  ]);
});
