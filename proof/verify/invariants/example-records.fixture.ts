/** The events of the example, as Kafka has them. */
import { enumOf, eventsV1, imagesV1, ordersV1, type WordOf } from '@halftone/contracts';
import type { Snapshot } from '../invariant.ts';
import type { EventRecord } from '../records.ts';
import { notificationsOf, orderEvents, time } from './example-rows.fixture.ts';

const statusIn = (type: string) => type.slice('order.'.length) as WordOf<typeof ordersV1.OrderStatus>;

const orderRecords = () =>
  orderEvents.map(({ orderId: id, version, eventId, type }) => ({
    id: eventId,
    type,
    subject: `orders/${id}`,
    key: 'alice',
    sequence: version,
    time,
    value: eventsV1.OrderEvent.fromPartial({
      order: { id, customer: 'alice', version, status: enumOf(ordersV1.OrderStatus, statusIn(type)) },
    }),
  }));

const paymentRecord = (
  id: string,
  type: string,
  subject: string,
  value: Parameters<typeof eventsV1.PaymentEvent.fromPartial>[0],
): EventRecord<eventsV1.PaymentEvent> => ({
  id,
  type,
  subject,
  key: 'alice',
  sequence: 1,
  time,
  value: eventsV1.PaymentEvent.fromPartial(value),
});

const paymentRecords = () => [
  paymentRecord('ep1', 'payment.captured', 'payments/p1', { payment: { id: 'p1', orderId: 'o1' } }),
  paymentRecord('ep2', 'payment.captured', 'payments/p2', { payment: { id: 'p2', orderId: 'o2' } }),
  paymentRecord('er1', 'refund.completed', 'refunds/r1', { refund: { id: 'r1', orderId: 'o2', refundable: 0 } }),
  paymentRecord('eq1', 'refund-request.opened', 'refund-requests/q1', { refundRequest: { id: 'q1' } }),
  paymentRecord('et1', 'transfer.completed', 'transfers/t1', { transfer: { id: 't1' } }),
  {
    ...paymentRecord('et2', 'transfer.completed', 'transfers/t1', { transfer: { id: 't1' } }),
    key: 'bob',
    sequence: 2,
  },
];

const image = eventsV1.ImageEvent.fromPartial({ image: imagesV1.Image.fromPartial({ id: 'i1', customer: 'alice' }) });

export const recordsOf = (): Snapshot['records'] => ({
  orders: orderRecords(),
  payments: paymentRecords(),
  images: ['image.uploaded', 'image.ready'].map((type, index) => ({
    id: `ei${index + 1}`,
    type,
    subject: 'images/i1',
    key: 'alice',
    sequence: index + 1,
    time,
    value: image,
  })),
  feed: notificationsOf().map(({ id, channel, seq, type, subject }) => ({
    id,
    type,
    subject,
    key: channel,
    sequence: seq,
    time,
    value: eventsV1.FeedEvent.fromPartial({ id, channel, seq, type, subject }),
  })),
  letters: [],
  wireDuplicates: 0,
  strangers: 0,
  keptSince: undefined,
});
