import { eventsV1, imagesV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import type { Snapshot } from '../invariant.ts';
import { judge } from '../verify.ts';

const time = new Date('2026-01-01T00:00:00Z');
const life = ['placed', 'paid', 'printing', 'shipped'] as const;
const statuses = { placed: 1, paid: 2, printing: 3, shipped: 4 } as const;

const order = { id: 'o1', customer: 'alice', total: 29, currency: 'USD', status: 'shipped', version: 4 };
const payment = {
  id: 'p1',
  customer: 'alice',
  orderId: 'o1',
  status: 'captured',
  amount: 29,
  currency: 'USD',
  transactionId: 'x1',
  createdAt: time,
};
const transfer = { id: 't1', sender: 'alice', recipient: 'bob', amount: 100, transactionId: 'x2', createdAt: time };

const entry = (id: string, transactionId: string, accountId: string, amount: number) => ({
  id,
  transactionId,
  accountId,
  amount,
});
const account = (id: string, balance: number) => ({ id, customer: null, currency: 'USD', balance });

const domainEvents = () => [
  ...life.map((state, index) => ({
    id: `eo${index + 1}`,
    type: `order.${state}`,
    subject: 'orders/o1',
    customer: 'alice',
  })),
  { id: 'ep1', type: 'payment.captured', subject: 'payments/p1', customer: 'alice' },
  { id: 'et1', type: 'transfer.completed', subject: 'transfers/t1', customer: 'alice' },
  { id: 'et2', type: 'transfer.completed', subject: 'transfers/t1', customer: 'bob' },
  { id: 'ei1', type: 'image.uploaded', subject: 'images/i1', customer: 'alice' },
  { id: 'ei2', type: 'image.ready', subject: 'images/i1', customer: 'alice' },
];

const notificationsOf = () => {
  const seqs = new Map<string, number>();
  return domainEvents().map(({ id, type, subject, customer }) => {
    const channel = `customer:${customer}`;
    const seq = (seqs.get(channel) ?? 0) + 1;
    seqs.set(channel, seq);
    return { id: `n-${customer}-${seq}`, channel, seq, type, subject, sourceEventId: id, time };
  });
};

const rowsOf = (): Snapshot['rows'] => ({
  orders: [{ ...order }],
  orderEvents: life.map((state, index) => ({
    orderId: 'o1',
    version: index + 1,
    eventId: `eo${index + 1}`,
    type: `order.${state}`,
    time,
  })),
  accounts: [
    account('equity:opening', -1000),
    account('wallet:alice', 871),
    account('wallet:bob', 100),
    account('shop:revenue', 29),
  ],
  ledgerEntries: [
    entry('1', 'x0', 'equity:opening', -1000),
    entry('2', 'x0', 'wallet:alice', 1000),
    entry('3', 'x1', 'wallet:alice', -29),
    entry('4', 'x1', 'shop:revenue', 29),
    entry('5', 'x2', 'wallet:alice', -100),
    entry('6', 'x2', 'wallet:bob', 100),
  ],
  payments: [{ ...payment }],
  transfers: [{ ...transfer }],
  images: [{ id: 'i1', status: 'ready', version: 2, renditions: 3, createdAt: time }],
  channels: [
    { name: 'customer:alice', lastSeq: 8 },
    { name: 'customer:bob', lastSeq: 1 },
  ],
  notifications: notificationsOf(),
  outbox: [],
});

const orderRecord = (state: (typeof life)[number], version: number) => ({
  id: `eo${version}`,
  type: `order.${state}`,
  subject: 'orders/o1',
  key: 'alice',
  sequence: version,
  value: eventsV1.OrderEvent.fromPartial({
    order: ordersV1.Order.fromPartial({ id: 'o1', customer: 'alice', version, status: statuses[state] }),
  }),
});

const transferRecord = (id: string, key: string, sequence: number) => ({
  id,
  type: 'transfer.completed',
  subject: 'transfers/t1',
  key,
  sequence,
  value: eventsV1.PaymentEvent.fromPartial({ transfer: { id: 't1', from: 'alice', to: 'bob' } }),
});

const image = eventsV1.ImageEvent.fromPartial({ image: imagesV1.Image.fromPartial({ id: 'i1', customer: 'alice' }) });

const recordsOf = (): Snapshot['records'] => ({
  orders: life.map((state, index) => orderRecord(state, index + 1)),
  payments: [
    {
      id: 'ep1',
      type: 'payment.captured',
      subject: 'payments/p1',
      key: 'alice',
      sequence: 1,
      value: eventsV1.PaymentEvent.fromPartial({
        payment: paymentsV1.Payment.fromPartial({ id: 'p1', customer: 'alice' }),
      }),
    },
    transferRecord('et1', 'alice', 1),
    transferRecord('et2', 'bob', 2),
  ],
  images: [
    { id: 'ei1', type: 'image.uploaded', subject: 'images/i1', key: 'alice', sequence: 1, value: image },
    { id: 'ei2', type: 'image.ready', subject: 'images/i1', key: 'alice', sequence: 2, value: image },
  ],
  feed: notificationsOf().map(({ id, channel, seq, type, subject }) => ({
    id,
    type,
    subject,
    key: channel,
    sequence: seq,
    value: eventsV1.FeedEvent.fromPartial({ id, channel, seq, type, subject }),
  })),
  wireDuplicates: 0,
  strangers: 0,
  keptSince: undefined,
});

const whole = (): Snapshot => ({ rows: rowsOf(), records: recordsOf() });

/** The invariants that a damage breaks. */
function broken(damage: (snapshot: Snapshot) => void): string[] {
  const snapshot = whole();
  damage(snapshot);
  return judge(snapshot)
    .filter(({ ok }) => !ok)
    .map(({ invariant }) => invariant);
}

const first = <Item>(items: Item[]): Item => {
  const [item] = items;
  if (!item) throw new Error('the example is empty');
  return item;
};

test('a system in order breaks nothing, and everything was looked at', () => {
  const results = judge(whole());
  expect(results.filter(({ ok }) => !ok)).toEqual([]);
  const idle = results.filter(({ checked }) => checked === 0).map(({ invariant }) => invariant);
  expect(idle).toEqual(['outbox-empty']);
});

const damages: [invariant: string, what: string, damage: (snapshot: Snapshot) => void][] = [
  ['ledger-balanced', "an entry's amount changed", ({ rows }) => (first(rows.ledgerEntries).amount += 1)],
  ['ledger-balanced', 'an entry deleted', ({ rows }) => rows.ledgerEntries.pop()],
  ['balance-is-sum', 'a balance changed', ({ rows }) => (first(rows.accounts).balance += 1)],
  ['money-moved-once', 'a payment of another amount', ({ rows }) => (first(rows.payments).amount = 30)],
  ['money-moved-once', 'a declined payment that moved money', ({ rows }) => (first(rows.payments).status = 'declined')],
  ['money-moved-once', 'a transfer booked to somebody else', ({ rows }) => (first(rows.transfers).recipient = 'olga')],
  ['money-moved-once', 'two transfers of one booking', ({ rows }) => rows.transfers.push({ ...transfer, id: 't2' })],
  ['order-paid-once', 'no payment', ({ rows }) => (rows.payments = [])],
  ['order-paid-once', 'a second payment', ({ rows }) => rows.payments.push({ ...payment, id: 'p2' })],
  ['order-paid-once', 'a payment without its order', ({ rows }) => (rows.orders = [])],
  ['order-paid-once', 'shipped though declined', ({ rows }) => (first(rows.payments).status = 'declined')],
  ['order-final', 'an order that stopped halfway', ({ rows }) => (first(rows.orders).status = 'paid')],
  ['order-history', 'a state overwritten', ({ rows }) => (first(rows.orders).status = 'cancelled')],
  ['order-history', 'an event deleted', ({ rows }) => rows.orderEvents.splice(1, 1)],
  ['order-history', 'a version too many', ({ rows }) => (first(rows.orders).version = 5)],
  ['order-events-published', 'an event that never got to Kafka', ({ records }) => records.orders.splice(2, 1)],
  [
    'order-events-published',
    'an event nobody wrote',
    ({ records }) => records.orders.push({ ...orderRecord('paid', 2), id: 'eo9' }),
  ],
  ['order-events-published', 'an event with another version', ({ records }) => (first(records.orders).sequence = 2)],
  ['payment-events-published', 'a payment not announced', ({ records }) => records.payments.shift()],
  ['payment-events-published', 'a transfer announced to one side only', ({ records }) => records.payments.pop()],
  [
    'payment-events-published',
    'announced twice under two ids',
    ({ records }) => records.payments.push({ ...first(records.payments), id: 'ep9' }),
  ],
  ['payment-events-published', 'announced without a row', ({ rows }) => (rows.transfers = [])],
  ['image-events-published', 'an upload not announced', ({ records }) => records.images.shift()],
  ['image-events-published', 'a job that never ended', ({ rows }) => (first(rows.images).status = 'processing')],
  ['image-events-published', 'a rendition missing', ({ rows }) => (first(rows.images).renditions = 2)],
  [
    'outbox-empty',
    'a row that waits',
    ({ rows }) => rows.outbox.push({ schema: 'orders', eventId: 'e', type: 't', subject: 's' }),
  ],
  ['channel-gapless', 'a notification deleted', ({ rows }) => rows.notifications.splice(2, 1)],
  ['channel-gapless', 'the last one deleted', ({ rows }) => rows.notifications.pop()],
  ['feed-complete', 'a notification that never got to Kafka', ({ records }) => records.feed.splice(3, 1)],
  ['feed-complete', 'a feed event without its notification', ({ rows }) => rows.notifications.pop()],
  ['feed-complete', 'two feed events swapped', ({ records }) => records.feed.unshift(...records.feed.splice(1, 1))],
  ['told-once', 'an event told to nobody', ({ rows }) => rows.notifications.shift()],
  ['told-once', 'a transfer told to nobody', ({ rows }) => rows.notifications.splice(6, 1)],
  ['told-once', 'told twice', ({ rows }) => rows.notifications.push({ ...first(rows.notifications), seq: 9 })],
];

test.each(damages)('%s notices %s', (invariant, _what, damage) => {
  expect(broken(damage)).toContain(invariant);
});

test('what Kafka has forgotten is not held against the rows that are older', () => {
  const forgetful = (snapshot: Snapshot) => {
    snapshot.records = {
      ...snapshot.records,
      orders: [],
      payments: [],
      images: [],
      feed: [],
      keptSince: new Date(time.getTime() + 1),
    };
  };
  expect(broken(forgetful)).toEqual([]);
});
