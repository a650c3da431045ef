import { imagesV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import { aboutImage, aboutOrder, aboutPayment, notify } from './notification';

const time = new Date('2026-01-01T00:00:00Z');
const source = { id: 'e1', key: 'alice', type: 'order.paid', subject: 'orders/o1', time };
const order = ordersV1.Order.fromPartial({
  id: 'o1',
  customer: 'alice',
  status: ordersV1.OrderStatus.PAID,
  total: 1198,
  currency: 'USD',
  version: 2,
});
const transfer = paymentsV1.Transfer.fromPartial({
  id: 't1',
  from: 'bob',
  to: 'alice',
  amount: 10_000,
  currency: 'USD',
});
const payment = paymentsV1.Payment.fromPartial({
  id: 'p1',
  customer: 'alice',
  status: paymentsV1.PaymentStatus.CAPTURED,
  amount: 1198,
  currency: 'USD',
});

test('an order is told to the customer it is keyed by, with its public fields only', () => {
  expect(notify(source, aboutOrder({ order }))).toEqual({
    channel: 'customer:alice',
    type: 'order.paid',
    subject: 'orders/o1',
    time,
    data: { order: { id: 'o1', status: 'paid', total: 1198, currency: 'USD', version: 2 } },
  });
});

test('a transfer shows both sides', () => {
  expect(aboutPayment({ payment: undefined, transfer, refund: undefined })).toEqual({
    transfer: { id: 't1', from: 'bob', to: 'alice', amount: 10_000, currency: 'USD' },
  });
});

test.each([
  ['o1', 'o1'],
  ['', null],
])('a payment with order id "%s" shows %s', (orderId, shown) => {
  expect(aboutPayment({ payment: { ...payment, orderId }, transfer: undefined, refund: undefined })).toEqual({
    payment: { id: 'p1', orderId: shown, status: 'captured', amount: 1198, currency: 'USD' },
  });
});

test('an order or payment that does not go well says why', () => {
  expect(aboutOrder({ order: { ...order, status: 6, reason: 'INSUFFICIENT_FUNDS' } })).toMatchObject({
    order: { status: 'payment_failed', reason: 'INSUFFICIENT_FUNDS' },
  });
  const declined = { ...payment, status: paymentsV1.PaymentStatus.DECLINED, reason: 'BANK_REFUSED' };
  expect(aboutPayment({ payment: declined, transfer: undefined, refund: undefined })).toMatchObject({
    payment: { status: 'declined', reason: 'BANK_REFUSED' },
  });
});

test('a refund shows whose payment it is of and how much came back', () => {
  const refund = paymentsV1.Refund.fromPartial({
    ...{ id: 'r1', paymentId: 'p1', orderId: 'o1', customer: 'alice', amount: 500, currency: 'USD' },
    status: paymentsV1.RefundStatus.COMPLETED,
  });
  expect(aboutPayment({ payment: undefined, transfer: undefined, refund })).toEqual({
    refund: { id: 'r1', paymentId: 'p1', orderId: 'o1', status: 'completed', amount: 500, currency: 'USD' },
  });
});

test('a photo shows the names of its renditions, and a reason only if it failed', () => {
  const image = imagesV1.Image.fromPartial({
    id: 'i1',
    customer: 'alice',
    status: imagesV1.ImageStatus.READY,
    renditions: [{ name: 'print' }],
  });
  expect(aboutImage({ image })).toEqual({ image: { id: 'i1', status: 'ready', renditions: ['print'] } });
  expect(aboutImage({ image: { ...image, reason: 'blurred' } })).toMatchObject({ image: { reason: 'blurred' } });
});

test.each([
  ['order', () => aboutOrder({ order: undefined })],
  ['payment', () => aboutPayment({ payment: undefined, transfer: undefined, refund: undefined })],
  ['image', () => aboutImage({ image: undefined })],
])('an event that carries no %s is refused for good', (_name, about) => {
  expect(about).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
});
