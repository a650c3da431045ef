/** The planted bugs: where each is armed, the work it breaks, and the invariant that must notice. One trial per invariant. */
import type { WorkName } from './customer-work.ts';

export interface Trial {
  /** A name of the list in libs/service/src/planted.ts. */
  bug: string;
  /** All processes of these services have the bug. */
  in: readonly string[];
  work: WorkName;
  caughtBy: string;
}

const inPayments = { in: ['payments'], work: 'transfer' } as const;

export const trials: readonly Trial[] = [
  { bug: 'transfer.not-stored', ...inPayments, caughtBy: 'request-has-effect' },
  { bug: 'transfer.made-twice', ...inPayments, caughtBy: 'effect-has-request' },
  { bug: 'idempotency.never-settled', in: ['images'], work: 'photo', caughtBy: 'request-settled' },
  { bug: 'ledger.entry-changed', ...inPayments, caughtBy: 'ledger-balanced' },
  { bug: 'ledger.balance-forgotten', ...inPayments, caughtBy: 'balance-is-sum' },
  { bug: 'transfer.other-amount', ...inPayments, caughtBy: 'money-moved-once' },
  { bug: 'refund.not-counted', in: ['payments'], work: 'refund', caughtBy: 'refund-within-capture' },
  { bug: 'refund.order-unasked', in: ['payments'], work: 'refund of prints', caughtBy: 'shipped-not-refunded' },
  { bug: 'refund.passes-as-saga', in: ['payments'], work: 'refund of prints', caughtBy: 'goods-paid-for' },
  { bug: 'bank.other-reference', in: ['payments'], work: 'bank payment', caughtBy: 'bank-booked-once' },
  { bug: 'bank.balance-forgotten', in: ['bank'], work: 'bank payment', caughtBy: 'bank-balance-is-sum' },
  { bug: 'payment.wrong-account', in: ['payments'], work: 'bank payment', caughtBy: 'bank-clearing-agrees' },
  { bug: 'payment.other-total', in: ['payments'], work: 'order', caughtBy: 'order-paid-once' },
  { bug: 'order.print-forgotten', in: ['orders'], work: 'order', caughtBy: 'order-final' },
  { bug: 'order.event-forgotten', in: ['orders'], work: 'order', caughtBy: 'order-history' },
  { bug: 'outbox.event-lost', in: ['orders'], work: 'order', caughtBy: 'order-events-published' },
  { bug: 'outbox.event-lost', ...inPayments, caughtBy: 'payment-events-published' },
  { bug: 'outbox.event-lost', in: ['images'], work: 'photo', caughtBy: 'image-events-published' },
  { bug: 'image.job-kept', in: ['images'], work: 'photo', caughtBy: 'image-job-ended' },
  { bug: 'outbox.number-skipped', ...inPayments, caughtBy: 'sequence-gapless' },
  { bug: 'outbox.relay-asleep', ...inPayments, caughtBy: 'outbox-empty' },
  { bug: 'inbox.forgotten', in: ['notifications'], work: 'transfer', caughtBy: 'inbox-complete' },
  { bug: 'feed.number-skipped', in: ['notifications'], work: 'transfer', caughtBy: 'channel-gapless' },
  { bug: 'outbox.event-lost', in: ['notifications'], work: 'transfer', caughtBy: 'feed-complete' },
  { bug: 'notification.forgotten', in: ['notifications'], work: 'transfer', caughtBy: 'notified-once' },
  { bug: 'gallery.uncounted', in: ['notifications'], work: 'order', caughtBy: 'gallery-counts' },
  { bug: 'transfer.answer-misnamed', ...inPayments, caughtBy: 'history-acknowledged' },
  { bug: 'idempotency.ignored', in: ['gateway', 'payments'], work: 'replayed transfers', caughtBy: 'history-once' },
  { bug: 'transfer.refused-after-all', ...inPayments, caughtBy: 'history-failed' },
  { bug: 'transfer.fee', ...inPayments, caughtBy: 'history-invoked' },
  { bug: 'idempotency.replay-differs', in: ['gateway'], work: 'replayed transfers', caughtBy: 'history-replays' },
  { bug: 'payment.taken-twice', in: ['payments'], work: 'payment', caughtBy: 'history-balances' },
];
