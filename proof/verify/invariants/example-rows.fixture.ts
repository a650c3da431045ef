/**
 * A small system in order: alice has an order paid by wallet that was shipped (o1), one paid by the bank that was refunded (o2), a photo
 * and a transfer to bob. Every invariant finds something in it to look at.
 */
import { imagesV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import type { Snapshot } from '../invariant.ts';
import type { OrderRow, PaymentRow, Rows, TransferRow } from '../row.ts';

export const time = new Date('2026-01-01T00:00:00Z');

const lives: Record<string, readonly string[]> = {
  o1: ['placed', 'paid', 'printing', 'shipped'],
  o2: ['placed', 'paid', 'refunding', 'refunded'],
};

const orderFacts = { customer: 'alice', currency: 'USD', dueAt: null, createdAt: time, version: 4 };
const orders: OrderRow[] = [
  { ...orderFacts, id: 'o1', total: 29, payment: 'wallet', status: 'shipped' },
  { ...orderFacts, id: 'o2', total: 50, payment: 'bank', status: 'refunded' },
];

const facts = { customer: 'alice', currency: 'USD', createdAt: time };

export const payment: PaymentRow = {
  ...facts,
  id: 'p1',
  orderId: 'o1',
  method: 'wallet',
  status: 'captured',
  amount: 29,
  refunded: 0,
  transactionId: 'x1',
};

export const transfer: TransferRow = {
  id: 't1',
  sender: 'alice',
  recipient: 'bob',
  amount: 100,
  transactionId: 'x2',
  createdAt: time,
};

const entry = (id: string, transactionId: string, accountId: string, amount: number) => ({
  id,
  transactionId,
  accountId,
  amount,
});
const account = (id: string) => ({ id, customer: null, currency: 'USD', balance: null });
const wallet = (customer: string, balance: number) => ({
  id: `wallet:${customer}`,
  customer,
  currency: 'USD',
  balance,
});

export const orderEvents = Object.entries(lives).flatMap(([orderId, life]) =>
  life.map((state, index) => ({
    orderId,
    version: index + 1,
    eventId: `e-${orderId}-${index + 1}`,
    type: `order.${state}`,
    time,
  })),
);

const domainEvents = [
  ...orderEvents.map(({ eventId, type, orderId }) => ({
    id: eventId,
    type,
    subject: `orders/${orderId}`,
    customer: 'alice',
  })),
  { id: 'ep1', type: 'payment.captured', subject: 'payments/p1', customer: 'alice' },
  { id: 'ep2', type: 'payment.captured', subject: 'payments/p2', customer: 'alice' },
  { id: 'er1', type: 'refund.completed', subject: 'refunds/r1', customer: 'alice' },
  { id: 'eq1', type: 'refund-request.opened', subject: 'refund-requests/q1', customer: 'alice' },
  { id: 'et1', type: 'transfer.completed', subject: 'transfers/t1', customer: 'alice' },
  { id: 'et2', type: 'transfer.completed', subject: 'transfers/t1', customer: 'bob' },
  { id: 'ei1', type: 'image.uploaded', subject: 'images/i1', customer: 'alice' },
  { id: 'ei2', type: 'image.ready', subject: 'images/i1', customer: 'alice' },
];

const galleryNotices = [
  { seq: 1, subject: 'gallery/orders-paid', count: 1, total: 1 },
  { seq: 2, subject: 'gallery/orders-paid', count: 1, total: 2 },
  { seq: 3, subject: 'gallery/orders-shipped', count: 1, total: 1 },
  { seq: 4, subject: 'gallery/photos-ready', count: 1, total: 1 },
];

export function notificationsOf() {
  const seqs = new Map<string, number>();
  const forCustomers = domainEvents.map(({ id, type, subject, customer }) => {
    const channel = `customer:${customer}`;
    const seq = (seqs.get(channel) ?? 0) + 1;
    seqs.set(channel, seq);
    return { id: `n-${customer}-${seq}`, channel, seq, type, subject, sourceEventId: id as string | null, time };
  });
  const inGallery = galleryNotices.map(({ seq, subject }) => {
    const facts = { id: `n-gallery-${seq}`, channel: 'gallery', seq, type: subject.replace('/', '.'), subject };
    return { ...facts, sourceEventId: null, time };
  });
  return [...forCustomers, ...inGallery];
}

const key = (schema: string, route: string, response: Uint8Array) => ({
  schema,
  customer: 'alice',
  route,
  key: `key of ${Buffer.from(response).toString('hex')}`,
  response: Buffer.from(response),
  refused: false,
  createdAt: time,
  expiresAt: new Date(time.getTime() + 24 * 3600 * 1000),
});

const keysOf = () => [
  ...orders.map(({ id }) =>
    key('orders', 'orders.PlaceOrder', ordersV1.Order.encode(ordersV1.Order.fromPartial({ id })).finish()),
  ),
  key(
    'payments',
    'payments.CreateTransfer',
    paymentsV1.Transfer.encode(paymentsV1.Transfer.fromPartial({ id: 't1' })).finish(),
  ),
  key(
    'payments',
    'payments.RequestRefund',
    paymentsV1.RefundRequest.encode(paymentsV1.RefundRequest.fromPartial({ id: 'q1' })).finish(),
  ),
  key('images', 'images.UploadImage', imagesV1.Image.encode(imagesV1.Image.fromPartial({ id: 'i1' })).finish()),
];

const seenBy = (consumer: string, ...eventIds: string[]) => eventIds.map((eventId) => ({ consumer, eventId }));

const bankFacts = { amount: 50, currency: 'USD' };
const operations = [
  { ...bankFacts, reference: 'ht-c-r1', kind: 'credit', refundId: 'r1', bankTransactionId: 'b2' },
  { ...bankFacts, reference: 'ht-d-p2', kind: 'debit', refundId: null, bankTransactionId: 'b1' },
];

const ledger = (): Pick<Rows, 'accounts' | 'ledgerTransactions' | 'ledgerEntries'> => ({
  accounts: [
    account('equity:opening'),
    wallet('alice', 871),
    wallet('bob', 100),
    account('shop:revenue'),
    account('bank:clearing'),
  ],
  ledgerTransactions: [
    { id: 'x0', kind: 'seed', reference: 'seed:alice' },
    { id: 'x1', kind: 'payment', reference: 'order:o1' },
    { id: 'x2', kind: 'transfer', reference: 'transfer:t1' },
    { id: 'x3', kind: 'payment', reference: 'payment:p2' },
    { id: 'x4', kind: 'refund', reference: 'refund:r1' },
  ],
  ledgerEntries: [
    entry('1', 'x0', 'equity:opening', -1000),
    entry('2', 'x0', 'wallet:alice', 1000),
    entry('3', 'x1', 'wallet:alice', -29),
    entry('4', 'x1', 'shop:revenue', 29),
    entry('5', 'x2', 'wallet:alice', -100),
    entry('6', 'x2', 'wallet:bob', 100),
    entry('7', 'x3', 'bank:clearing', -50),
    entry('8', 'x3', 'shop:revenue', 50),
    entry('9', 'x4', 'shop:revenue', -50),
    entry('10', 'x4', 'bank:clearing', 50),
  ],
});

export const rowsOf = (): Snapshot['rows'] => ({
  orders,
  orderEvents,
  ...ledger(),
  payments: [
    payment,
    { ...payment, id: 'p2', orderId: 'o2', method: 'bank', amount: 50, refunded: 50, transactionId: 'x3' },
  ],
  refunds: [
    {
      ...{ ...facts, id: 'r1', paymentId: 'p2', orderId: 'o2', status: 'completed', amount: 50 },
      ...{ transactionId: 'x4', orderedBy: 'saga' },
    },
  ],
  refundRequests: [{ id: 'q1', paymentId: 'p1', customer: 'alice', status: 'open', refundId: null, createdAt: time }],
  refundsRecorded: [{ since: time }],
  transfers: [transfer],
  bankOperations: operations.map((one) => ({ ...one, paymentId: 'p2', customer: 'alice', state: 'done' })),
  bankTransactions: operations.map(({ reference, kind, bankTransactionId: id }) => ({
    ...bankFacts,
    id,
    reference,
    kind,
    account: 'alice',
    state: 'booked',
  })),
  bankAccounts: [
    { id: 'alice', currency: 'USD', balance: 500, opening: 500, given: 0 },
    { id: 'halftone', currency: 'USD', balance: 0, opening: 0, given: 0 },
  ],
  images: [{ id: 'i1', customer: 'alice', status: 'ready', version: 2, renditions: 3, createdAt: time }],
  jobs: [],
  channels: [
    { name: 'customer:alice', lastSeq: 15 },
    { name: 'customer:bob', lastSeq: 1 },
    { name: 'gallery', lastSeq: 4 },
  ],
  notifications: notificationsOf(),
  galleryNotices,
  keys: keysOf(),
  inbox: [
    ...seenBy('halftone.orders', 'e-o1-2', 'e-o1-3', 'e-o2-2', 'ep1', 'ep2', 'er1'),
    ...seenBy('halftone.payments', 'e-o1-1', 'e-o2-1', 'e-o2-3'),
    ...seenBy('halftone.notifications', ...domainEvents.map(({ id }) => id)),
  ],
  parked: [],
  outbox: [],
  clock: [{ now: new Date(time.getTime() + 60_000) }],
});
