/** Examples of what each invariant notices. */
import type { Snapshot } from '../invariant.ts';
import type { RefundRow } from '../row.ts';
import { first, payment, time, transfer } from './example.fixture.ts';

const byId = <Item extends { id: string }>(items: readonly Item[], id: string): Item =>
  first(items.filter((item) => item.id === id));

/** Changes an example in order so that something in it is wrong. */
export type Damage = (snapshot: Snapshot) => unknown;

export const parked = { consumer: 'halftone.orders', eventId: 'ep1' };
export const letter = { id: 'halftone.orders/7', group: 'halftone.orders', eventId: 'ep1' };
const accountOf = (rows: Snapshot['rows'], id: string) => byId(rows.accounts, id);
const bankAccountOf = (rows: Snapshot['rows'], id: string) => byId(rows.bankAccounts, id);
/** The money of the order that is shipped goes back. */
export const giveBack = (rows: Snapshot['rows'], orderedBy: RefundRow['orderedBy'], more: Partial<RefundRow> = {}) => {
  const late = new Date(time.getTime() + 2 * 3600 * 1000);
  const facts = { id: 'r2', paymentId: 'p1', orderId: 'o1', amount: 29, createdAt: late };
  rows.refunds.push({ ...first(rows.refunds), ...facts, orderedBy, ...more });
};
export const unseen = ({ rows }: Snapshot, consumer: string, eventId: string): void => {
  rows.inbox = rows.inbox.filter((row) => row.consumer !== consumer || row.eventId !== eventId);
};

/** The damages that each invariant must find, by its name. */
export const damages: Readonly<Record<string, Readonly<Record<string, Damage>>>> = {
  'request-has-effect': {
    'a transfer that was acknowledged and is not there': ({ rows }) => (rows.transfers = []),
    "an answer with another customer's order": ({ rows }) => (first(rows.orders).customer = 'bob'),
    'two keys with the same effect': ({ rows }) => rows.keys.push({ ...first(rows.keys), key: 'another' }),
    'a route nobody knows': ({ rows }) => (first(rows.keys).route = 'orders.Unknown'),
  },
  'effect-has-request': {
    'a transfer nobody asked for': ({ rows }) => rows.transfers.push({ ...transfer, id: 't2' }),
    'a payment nobody asked for': ({ rows }) => rows.payments.push({ ...payment, id: 'p3', orderId: null }),
    'a refund request nobody made': ({ rows }) => rows.refundRequests.push({ ...first(rows.refundRequests), id: 'q2' }),
    'a refund nobody asked for': ({ rows }) => rows.refunds.push({ ...first(rows.refunds), id: 'r2', orderId: 'o1' }),
    'an order without its key': ({ rows }) => rows.keys.shift(),
    'a photo without its key': ({ rows }) => rows.keys.pop(),
  },
  'request-settled': {
    'a key that waits': ({ rows }) => (first(rows.keys).response = null),
  },
  'ledger-balanced': {
    "an entry's amount changed": ({ rows }) => (first(rows.ledgerEntries).amount += 1),
    'an entry deleted': ({ rows }) => rows.ledgerEntries.pop(),
  },
  'balance-is-sum': {
    'a balance changed': ({ rows }) => (accountOf(rows, 'wallet:alice').balance = 872),
    'a balance kept by an account of the shop': ({ rows }) => (accountOf(rows, 'shop:revenue').balance = 29),
  },
  'money-moved-once': {
    'a payment of another amount': ({ rows }) => (first(rows.payments).amount = 30),
    'a declined payment that moved money': ({ rows }) => (first(rows.payments).status = 'declined'),
    'a transfer booked to somebody else': ({ rows }) => (first(rows.transfers).recipient = 'olga'),
    'two transfers of one booking': ({ rows }) => rows.transfers.push({ ...transfer, id: 't2' }),
    'a booking of nobody': ({ rows }) => rows.transfers.pop(),
    'a bank payment taken from the wallet': ({ rows }) => (byId(rows.payments, 'p2').method = 'wallet'),
    'a refund that moved nothing': ({ rows }) => (first(rows.refunds).transactionId = null),
  },
  'refund-within-capture': {
    'more given back than taken': ({ rows }) => (first(rows.refunds).amount = 51),
    'a payment that forgot its refund': ({ rows }) => (byId(rows.payments, 'p2').refunded = 0),
    "a refund of another customer's payment": ({ rows }) => (first(rows.refunds).customer = 'bob'),
    'a refund of a declined payment': ({ rows }) => (byId(rows.payments, 'p2').status = 'declined'),
  },
  'shipped-not-refunded': {
    'a refund by the owner': ({ rows }) => giveBack(rows, 'owner'),
    'one that waits for the bank': ({ rows }) => giveBack(rows, 'owner', { status: 'pending' }),
    'a refund by nobody': ({ rows }) => giveBack(rows, null),
  },
  'goods-paid-for': {
    'goods that were given back by their owner': ({ rows }) => giveBack(rows, 'owner'),
    'goods that were given back by the saga': ({ rows }) => giveBack(rows, 'saga'),
    'goods that nobody paid for': ({ rows }) => (first(rows.orders).customer = 'bob'),
    'goods for less than they cost': ({ rows }) => (first(rows.payments).amount = 28),
    'goods of a payment that was declined': ({ rows }) => (first(rows.payments).status = 'declined'),
    'money kept for what was never made': ({ rows }) => (first(rows.refunds).amount = 49),
    'money that came from nowhere': ({ rows }) =>
      (first(rows.ledgerEntries.filter(({ accountId }) => accountId === 'shop:revenue')).amount = 30),
  },
  'bank-booked-once': {
    'a debit the bank knows nothing of': ({ rows }) => rows.bankTransactions.pop(),
    'a debit under a second reference': ({ rows }) =>
      rows.bankTransactions.push({ ...first(rows.bankTransactions), id: 'b3', reference: 'ht-d-other' }),
    'a debit of another amount': ({ rows }) => (first(rows.bankTransactions).amount = 51),
    'a question that still waits': ({ rows }) => (first(rows.bankOperations).state = 'waiting'),
    'a refused debit that was booked': ({ rows }) => (first(rows.bankOperations).state = 'refused'),
    'a bank payment the bank was never asked for': ({ rows }) => rows.bankOperations.pop(),
  },
  'bank-balance-is-sum': {
    'what a customer gave changed': ({ rows }) => (bankAccountOf(rows, 'alice').given += 1),
    "a customer's balance changed": ({ rows }) => (bankAccountOf(rows, 'alice').balance += 1),
    "the shop's balance changed": ({ rows }) => (bankAccountOf(rows, 'halftone').balance -= 1),
  },
  'bank-clearing-agrees': {
    'a booking the ledger knows nothing of': ({ rows }) => rows.bankTransactions.pop(),
  },
  'order-paid-once': {
    'no payment': ({ rows }) => (rows.payments = []),
    'a second capture': ({ rows }) => rows.payments.push({ ...payment, id: 'p3' }),
    'a payment without its order': ({ rows }) => (rows.orders = []),
    'shipped though declined': ({ rows }) => (first(rows.payments).status = 'declined'),
    'cancelled though captured': ({ rows }) => (first(rows.orders).status = 'cancelled'),
    'refunded though not all came back': ({ rows }) => (byId(rows.payments, 'p2').refunded = 49),
    'a bank payment without a debit': ({ rows }) => rows.bankTransactions.pop(),
    'another amount': ({ rows }) => (first(rows.orders).total = 30),
  },
  'order-final': {
    'an order that stopped halfway': ({ rows }) => (first(rows.orders).status = 'paid'),
    'a failed payment nobody gave up': ({ rows }) =>
      Object.assign(first(rows.orders), { status: 'payment_failed', dueAt: time }),
  },
  'order-history': {
    'a state overwritten': ({ rows }) => (first(rows.orders).status = 'cancelled'),
    'an event deleted': ({ rows }) => rows.orderEvents.splice(1, 1),
    'a version too many': ({ rows }) => (first(rows.orders).version = 5),
    'a step that is not allowed': ({ rows }) => (byId2(rows, 'o2', 3).type = 'order.shipped'),
  },
  'order-events-published': {
    'an event that never got to Kafka': ({ records }) => records.orders.splice(2, 1),
    'an event nobody wrote': ({ records }) => records.orders.push({ ...first(records.orders), id: 'eo9' }),
    'an event with another version': ({ records }) => (first(records.orders).sequence = 2),
  },
  'payment-events-published': {
    'a payment not announced': ({ records }) => records.payments.shift(),
    'an answer not announced': ({ rows }) => (first(rows.refundRequests).status = 'refused'),
    'a refund not announced': ({ records }) => records.payments.splice(2, 1),
    'a transfer announced to one side only': ({ records }) => records.payments.pop(),
    'announced twice under two ids': ({ records }) => records.payments.push({ ...first(records.payments), id: 'ep9' }),
    'announced without a row': ({ rows }) => (rows.transfers = []),
    'announced while it waits for the bank': ({ rows }) => (first(rows.payments).status = 'pending'),
  },
  'image-events-published': {
    'an upload not announced': ({ records }) => records.images.shift(),
    'a rendition missing': ({ rows }) => (first(rows.images).renditions = 2),
    'a photo without its row': ({ rows }) => (rows.images = []),
  },
  'image-job-ended': {
    'a job that never ended': ({ rows }) => (first(rows.images).status = 'processing'),
    'a job that is left over': ({ rows }) => rows.jobs.push({ imageId: 'i1' }),
    'a job without its photo': ({ rows }) => rows.jobs.push({ imageId: 'i2' }),
  },
  'sequence-gapless': {
    'a number left out': ({ records }) => records.orders.splice(1, 1),
    'two events swapped': ({ records }) => records.images.reverse(),
    'a number used twice': ({ records }) => (byId(records.orders, 'e-o1-2').sequence = 1),
    'a transfer whose second event is missing': ({ records }) => records.payments.splice(4, 1),
  },
  'outbox-empty': {
    'a row that waits': ({ rows }) => rows.outbox.push({ schema: 'orders', eventId: 'e', type: 't', subject: 's' }),
  },
  'inbox-complete': {
    'an event a group has not seen': (snapshot) => unseen(snapshot, 'halftone.orders', 'ep1'),
    'an event a group saw that is not there': ({ rows }) =>
      rows.inbox.push({ consumer: 'halftone.orders', eventId: 'e9' }),
    'an event handled and set aside': ({ rows }) => rows.parked.push(parked),
    'an event handled and in the dead letters': ({ records }) => records.letters.push({ ...letter, state: 'open' }),
    'a letter that was replayed to no effect': (snapshot) => {
      snapshot.records.letters.push({ ...letter, state: 'replayed' });
      unseen(snapshot, 'halftone.orders', 'ep1');
    },
  },
  'channel-gapless': {
    'a notification deleted': ({ rows }) => rows.notifications.splice(2, 1),
    'the last one deleted': ({ rows }) => rows.notifications.pop(),
  },
  'feed-complete': {
    'a notification that never got to Kafka': ({ records }) => records.feed.splice(3, 1),
    'a feed event without its notification': ({ rows }) => rows.notifications.pop(),
    'two feed events swapped': ({ records }) => records.feed.unshift(...records.feed.splice(1, 1)),
  },
  'notified-once': {
    'an event without a notification': ({ rows }) => rows.notifications.shift(),
    'an event with two notifications': ({ rows }) => rows.notifications.push({ ...first(rows.notifications), seq: 99 }),
    'a notification without an event': ({ records }) => records.images.pop(),
  },
  'gallery-counts': {
    'a total that is one too many': ({ rows }) => (first(rows.galleryNotices.slice(-1)).total += 1),
    'a notice that counts nothing': ({ rows }) =>
      rows.galleryNotices.push({ ...first(rows.galleryNotices.slice(-1)), seq: 9, count: 0 }),
    'an order that is not in it': ({ rows }) => rows.galleryNotices.shift(),
  },
};

function byId2({ orderEvents }: Snapshot['rows'], orderId: string, version: number) {
  return first(orderEvents.filter((event) => event.orderId === orderId && event.version === version));
}
