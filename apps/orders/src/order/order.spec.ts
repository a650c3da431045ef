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
const broke: OrderEvent = { type: 'order.payment_failed', reason: 'INSUFFICIENT_FUNDS', at: now };
const cancelled: OrderEvent = { type: 'order.cancelled', reason: 'INSUFFICIENT_FUNDS', at: now };
const refunding = (reason: string): OrderEvent => ({ type: 'order.refunding', reason, at: now });
const refunded = (reason: string): OrderEvent => ({ type: 'order.refunded', reason, at: now });

const startPrinting = { type: 'StartPrinting', unavailable: new Set<string>() } as const;
const markRefunded = { type: 'MarkRefunded', reason: 'scratched' } as const;
const timeOut = { type: 'TimeOutStep' } as const;

const { given } = specification({ decide, evolve });

describe('an order that goes well', () => {
  test('is placed', () => given([]).when(place).then([placed]));
  test('then paid', () => given([placed]).when({ type: 'MarkPaid' }).then([paid]));
  test('then printed', () => given([placed, paid]).when(startPrinting).then([printing]));
  test('then shipped', () => given([placed, paid, printing]).when({ type: 'Ship' }).then([shipped]));
});

describe('an order whose payment is declined', () => {
  test('says why', () => given([placed]).when({ type: 'FailPayment', reason: 'INSUFFICIENT_FUNDS' }).then([broke]));
  test('is paid by a later try', () => given([placed, broke]).when({ type: 'MarkPaid' }).then([paid]));
  test('is cancelled when no other try came in time, for the same reason', () =>
    given([placed, broke]).when(timeOut).then([cancelled]));
  test('stays as it is at another decline', () =>
    given([placed, broke]).when({ type: 'FailPayment', reason: 'BANK_REFUSED' }).then([]));
});

describe('money for an order that cannot be made goes back', () => {
  test('when the print lab is out of a product at the begin of printing', () =>
    given([placed, paid])
      .when({ type: 'StartPrinting', unavailable: new Set(['mug']) })
      .then([refunding('PRODUCT_UNAVAILABLE')]));
  test('not when the lab is out of something else', () =>
    given([placed, paid])
      .when({ type: 'StartPrinting', unavailable: new Set(['puzzle-1000']) })
      .then([printing]));
  test('when it comes after the order was cancelled', () =>
    given([placed, broke, cancelled])
      .when({ type: 'MarkPaid' })
      .then([refunding('PAYMENT_LATE')]));
  test('and has gone back once the refund is done, for the reason it was begun', () =>
    given([placed, paid, refunding('PRODUCT_UNAVAILABLE')])
      .when(markRefunded)
      .then([refunded('PRODUCT_UNAVAILABLE')]));
});

describe('an order that is paid back on request', () => {
  test('before it is printed ends there', () =>
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

describe('a step that takes too long', () => {
  test('a payment has failed', () =>
    given([placed])
      .when(timeOut)
      .then([{ type: 'order.payment_failed', reason: 'PAYMENT_TIMEOUT', at: now }]));
  test.each([
    ['paid', [placed, paid]],
    ['printing', [placed, paid, printing]],
  ])('an order that is %s is paid back', (_, history) =>
    given(history)
      .when(timeOut)
      .then([refunding('PRINT_TIMEOUT')]),
  );
  test('a refund is never given up', () =>
    given([placed, paid, refunding('PRINT_TIMEOUT')])
      .when(timeOut)
      .then([]));
  test.each([
    ['shipped', [placed, paid, printing, shipped]],
    ['cancelled', [placed, broke, cancelled]],
    ['refunded', [placed, paid, refunded('scratched')]],
  ])('an order that is %s stays so', (_, history) => given(history).when(timeOut).then([]));
});

describe('events that come again or late change nothing', () => {
  const history = [placed, paid, printing, shipped];
  test('paid twice', () => given([placed, paid]).when({ type: 'MarkPaid' }).then([]));
  test('paid after it was shipped', () => given(history).when({ type: 'MarkPaid' }).then([]));
  test('declined after it was paid', () =>
    given([placed, paid]).when({ type: 'FailPayment', reason: 'late' }).then([]));
  test('printing after it was shipped', () => given(history).when(startPrinting).then([]));
  test('shipped while it is paid back', () =>
    given([placed, paid, printing, refunding('PRINT_TIMEOUT')])
      .when({ type: 'Ship' })
      .then([]));
  test('paid while it is paid back', () =>
    given([placed, broke, cancelled, refunding('PAYMENT_LATE')])
      .when({ type: 'MarkPaid' })
      .then([]));
});

describe('what an order can never do, or not yet, is refused', () => {
  test('be printed before it was paid', () =>
    given([placed]).when(startPrinting).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be shipped before it was printed', () =>
    given([placed, paid]).when({ type: 'Ship' }).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be refunded before it was paid', () =>
    given([placed]).when(markRefunded).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be printed after it was cancelled', () =>
    given([placed, broke, cancelled]).when(startPrinting).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be placed again', () => given([placed]).when(place).thenThrows('ORDER_TRANSITION_ILLEGAL'));
  test('be paid without having been placed', () => given([]).when({ type: 'MarkPaid' }).thenThrows('ORDER_NOT_FOUND'));
});

test('photos that cannot be printed are named by path', () => {
  expect(() => decide({ ...place, printable: new Set(['photo-1']) }, undefined, now)).toThrow(
    expect.objectContaining({
      code: 'IMAGE_NOT_PRINTABLE',
      details: [{ path: 'lines.1.imageId', message: 'is unknown, not yours or not ready' }],
    }),
  );
});

test('the version counts the events, and only a setback has a reason', () => {
  const states = [placed, broke, paid, refunding('PRINT_TIMEOUT'), refunded('PRINT_TIMEOUT')].reduce<Order[]>(
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
