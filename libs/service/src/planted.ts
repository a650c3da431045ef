import { isBug } from './failpoint';
import { isTestBuild } from './test-build';

/**
 * Planted bugs, to test that `verify` notices them: each breaks one promise that it checks. They exist in test builds
 * only. The production build removes each `if (planted(…))` with its body, and fails when one is left.
 */
type PlantedBug =
  /** Keys are ignored in Redis and in the table: a repeated request takes effect again. */
  | 'idempotency.ignored'
  /** The effect is committed, but the response is not stored with its key, which stays in flight forever. */
  | 'idempotency.never-settled'
  /** A replay has one byte more than the first response. */
  | 'idempotency.replay-differs'
  /** A change does not append its event to the outbox. */
  | 'outbox.event-lost'
  /** The sequence numbers of an aggregate's events begin at 2. */
  | 'outbox.number-skipped'
  /** The relay publishes nothing. */
  | 'outbox.relay-asleep'
  /** An event takes effect without an inbox row. */
  | 'inbox.forgotten'
  /** A ledger entry is changed after it was written. */
  | 'ledger.entry-changed'
  /** Ledger entries are written but the balances are not changed. */
  | 'ledger.balance-forgotten'
  /** Money moves and is acknowledged, but the transfer is not stored. */
  | 'transfer.not-stored'
  /** One request makes two transfers. */
  | 'transfer.made-twice'
  /** The transfer has another amount than its ledger entries. */
  | 'transfer.other-amount'
  /** The response has the id of a transfer that does not exist. */
  | 'transfer.answer-misnamed'
  /** The transfer is made, but the sender gets an error. */
  | 'transfer.refused-after-all'
  /** Each transfer causes a second transfer of one unit that nobody requested. */
  | 'transfer.fee'
  /** An order is charged one unit more than it costs. */
  | 'payment.other-total'
  /** A payment takes twice its amount. */
  | 'payment.taken-twice'
  /** A payment by the bank is taken from the wallet. */
  | 'payment.wrong-account'
  /** The payment does not record its refund. */
  | 'refund.not-counted'
  /** The orders service is not asked before an owner gets an order refunded. */
  | 'refund.order-unasked'
  /** The same, and the refund counts as one of the saga. */
  | 'refund.passes-as-saga'
  /** The bank is called with a reference that is not recorded. */
  | 'bank.other-reference'
  /** The bank records a transaction but leaves the balances unchanged. */
  | 'bank.balance-forgotten'
  /** A paid order is never printed. */
  | 'order.print-forgotten'
  /** A step of an order is missing in its history. */
  | 'order.event-forgotten'
  /** The job of a finished photo stays in the queue. */
  | 'image.job-kept'
  /** A channel skips a sequence number. */
  | 'feed.number-skipped'
  /** An event is consumed without a notification. */
  | 'notification.forgotten'
  /** An event is missing in the gallery's totals. */
  | 'gallery.uncounted';

/** Not bugs but aids for tests. `realtime.echo`: a WebSocket echoes messages, as a conformance suite requires. */
type PlantedAid = 'realtime.echo';

/**
 * True while FAILPOINTS or FAILPOINTS_FILE arms `NAME=bug` in a test build. Pass a literal, as the whole condition or
 * its first part: that is how the build finds it.
 */
export const planted = (bug: PlantedBug | PlantedAid): boolean => isTestBuild() && isBug(bug);
