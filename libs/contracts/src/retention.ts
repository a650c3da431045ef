import type { topics } from './topics';

/** How long a row or a record is kept. */
export type Kept = { for: 'ever'; why: string } | { days: number; why: string } | { until: string; why: string };

/**
 * Retention in days. The values depend on each other. An event can be redelivered while its topic keeps it, and a
 * letter can be replayed while it exists. So the inbox, which makes both take effect once, must keep events longer
 * than both together.
 */
export const days = {
  /** A topic deletes whole segments, which are open for at most this long, so a record may stay that much longer. */
  segment: 1,
  events: 7,
  deadLetters: 30,
  inbox: 45,
  /** Tombstones of parked events only prevent a redelivery by the topic itself. */
  tombstones: 14,
};

const business = (why: string): Kept => ({ for: 'ever', why: `the business record: ${why}` });
const ever = (why: string): Kept => ({ for: 'ever', why });

/** Tables of every schema. */
export const platformTables = {
  migration: ever('one row per migration, which must not run twice'),
  outbox: { until: 'the broker has acknowledged it', why: 'the topic keeps it then' },
  inbox: { days: days.inbox, why: 'longer than a dead letter and its replay can be delivered' },
  idempotency: {
    until: 'IDEMPOTENCY_TTL_HOURS after its claim (24 by default)',
    why: 'a request may be repeated for that long; an unsettled claim stays, because its work may have taken effect',
  },
  parked_event: {
    until: `it is handled; ${days.tombstones} days if it went to the dead letters`,
    why: 'it keeps its order meanwhile; the tombstone outlives the event on its topic',
  },
} satisfies Record<string, Kept>;

/** The tables of each service. */
export const serviceTables: Readonly<Record<string, Readonly<Record<string, Kept>>>> = {
  orders: {
    order: business('what was sold'),
    order_line: business('what was sold'),
    order_event: business('the timeline of an order'),
    product_availability: ever('one row per product: the current state'),
  },
  payments: {
    customer: ever('one row per customer'),
    token_family: { until: 'its newest refresh token has expired', why: 'none of its tokens is valid any more' },
    account: ever('one row per customer: the current balance'),
    account_credit: {
      until: 'its wallet is next locked',
      why: 'then it is part of the balance; the ledger has it all along',
    },
    ledger_transaction: business('the ledger'),
    ledger_entry: business('the ledger'),
    payment: business('incoming money'),
    refund: business('refunded money'),
    refund_request: business('who requested a refund, and the answer'),
    transfer: business('money between customers'),
    bank_operation: business(
      "requests to the bank with the bank's own number: one row per bank payment or refund; verify compares it with the bank's book",
    ),
  },
  bank: {
    account: ever('one row per account: the current balance'),
    transaction: business("the bank's book; a reference must never be booked twice"),
    nonce: { until: '10 minutes after its message has expired', why: 'after that its timestamp is rejected' },
    behaviour: ever('one row'),
  },
  images: {
    image: business('uploads'),
    blob: business('the original photo and its renditions'),
    job: { until: 'its photo is ready, failed or cancelled', why: 'then no work is left' },
  },
  notifications: {
    channel: ever('one row per customer: the last sequence number'),
    notification: business('the notifications of a customer, in a sequence without gaps'),
    latest: ever('one row per subject of a channel: its last notification'),
    gallery_due: { until: 'it is counted, after about a second', why: 'the total includes it then' },
    chat_room: ever('one row per room: the last sequence number'),
    chat_message: business('chat messages; a message that is sent again must be found'),
  },
};

const event = {
  days: days.events,
  why: 'a consumer or listener that was offline continues where it stopped',
} satisfies Kept;

export const topicsKept: Readonly<Record<keyof typeof topics, Kept & { days: number }>> = {
  orders: event,
  payments: event,
  images: event,
  feed: event,
};

/** The dead letters of each group. */
export const deadLettersKept = {
  days: days.deadLetters,
  why: 'time to repair the cause and replay them; the inbox still knows which events took effect',
} satisfies Kept;

export const inWords = (kept: Kept): string => {
  if ('days' in kept) return `${kept.days} days`;
  return 'until' in kept ? `until ${kept.until}` : 'forever';
};

const msPerDay = 86_400_000;

/** The settings of a topic with this retention. */
export const topicConfigOf = ({ days: kept }: { days: number }): Readonly<Record<string, string>> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(kept * msPerDay),
  'segment.ms': String(days.segment * msPerDay),
});
