import { eventsV1, imagesV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import { imageData, orderData, paymentData, toNotice } from './notification';

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
const noPayload = eventsV1.PaymentEvent.fromPartial({});
const payment = paymentsV1.Payment.fromPartial({
  id: 'p1',
  customer: 'alice',
  status: paymentsV1.PaymentStatus.CAPTURED,
  amount: 1198,
  currency: 'USD',
});

test('an order event becomes a notification of its customer, with public fields only', () => {
  expect(toNotice(source, orderData({ order }))).toEqual({
    channel: 'customer:alice',
    type: 'order.paid',
    subject: 'orders/o1',
    time,
    data: { order: { id: 'o1', status: 'paid', total: 1198, currency: 'USD', version: 2 } },
  });
});

test('a transfer shows sender and recipient', () => {
  expect(paymentData({ ...noPayload, transfer })).toEqual({
    transfer: { id: 't1', from: 'bob', to: 'alice', amount: 10_000, currency: 'USD' },
  });
});

test.each([
  ['o1', 'o1'],
  ['', null],
])('a payment with order id "%s" shows %s', (orderId, shown) => {
  expect(paymentData({ ...noPayload, payment: { ...payment, orderId } })).toEqual({
    payment: { id: 'p1', orderId: shown, status: 'captured', amount: 1198, currency: 'USD' },
  });
});

test('a failed order or payment has a reason', () => {
  expect(orderData({ order: { ...order, status: 6, reason: 'INSUFFICIENT_FUNDS' } })).toMatchObject({
    order: { status: 'payment_failed', reason: 'INSUFFICIENT_FUNDS' },
  });
  const declined = { ...payment, status: paymentsV1.PaymentStatus.DECLINED, reason: 'BANK_REFUSED' };
  expect(paymentData({ ...noPayload, payment: declined })).toMatchObject({
    payment: { status: 'declined', reason: 'BANK_REFUSED' },
  });
});

test('a refund request shows the requested amount and the answer', () => {
  const requested = { id: 'q1', customer: 'alice', paymentId: 'p1', reason: 'blurred', currency: 'USD' };
  const refused = { ...requested, amount: 500, status: paymentsV1.RefundRequestStatus.REFUSED, answer: 'it is not' };
  const refundRequest = paymentsV1.RefundRequest.fromPartial(refused);
  const about = { id: 'q1', paymentId: 'p1', orderId: null, status: 'refused', amount: 500, currency: 'USD' };
  expect(paymentData({ ...noPayload, refundRequest })).toEqual({ refundRequest: { ...about, answer: 'it is not' } });
});

test('a refund shows its payment and the amount', () => {
  const refund = paymentsV1.Refund.fromPartial({
    ...{ id: 'r1', paymentId: 'p1', orderId: 'o1', customer: 'alice', amount: 500, currency: 'USD' },
    status: paymentsV1.RefundStatus.COMPLETED,
  });
  expect(paymentData({ ...noPayload, refund })).toEqual({
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
  expect(imageData({ image })).toEqual({ image: { id: 'i1', status: 'ready', renditions: ['print'] } });
  expect(imageData({ image: { ...image, reason: 'blurred' } })).toMatchObject({ image: { reason: 'blurred' } });
});

test.each([
  ['order', () => orderData({ order: undefined })],
  ['payment', () => paymentData(noPayload)],
  ['image', () => imageData({ image: undefined })],
])('an event without %s is not retryable', (_name, about) => {
  expect(about).toThrow(expect.objectContaining({ code: 'VALIDATION_FAILED' }));
});
