import { isBug } from './failpoint';
import { isTestBuild } from './test-build';

/**
 * Bugs that can be switched on to see whether somebody notices: each breaks one promise that `verify` checks. They exist in test builds
 * only; the build for production takes each `if (planted(…))` out, with what it guards, and fails when one is left.
 */
export type PlantedBug =
  /** Keys are not looked at, neither in Redis nor in the table: a repeated request takes effect again. */
  | 'idempotency.ignored'
  /** The effect is committed, but the answer is not kept with its key, which waits for ever. */
  | 'idempotency.never-settled'
  /** What is replayed has a byte more than what was answered first. */
  | 'idempotency.replay-differs'
  /** An event is not written to the outbox of what it tells of. */
  | 'outbox.event-lost'
  /** The numbers of an aggregate's events begin at 2. */
  | 'outbox.number-skipped'
  /** The relay publishes nothing. */
  | 'outbox.relay-asleep'
  /** An event takes effect without being remembered. */
  | 'inbox.forgotten'
  /** An entry of the ledger is changed after it was written. */
  | 'ledger.entry-changed'
  /** Entries are written without the balances they change. */
  | 'ledger.balance-forgotten'
  /** Money moves and is acknowledged, but no transfer is there. */
  | 'transfer.not-stored'
  /** One request makes two transfers. */
  | 'transfer.made-twice'
  /** The transfer says another amount than the ledger moved. */
  | 'transfer.other-amount'
  /** The answer names a transfer that does not exist. */
  | 'transfer.answer-misnamed'
  /** The transfer is made, and the sender is told that it was not. */
  | 'transfer.refused-after-all'
  /** Each transfer takes one unit more, as a transfer of its own that nobody asked for. */
  | 'transfer.fee'
  /** An order is charged one unit more than it costs. */
  | 'payment.other-total'
  /** A payment takes twice its amount. */
  | 'payment.taken-twice'
  /** What the bank paid is taken from the wallet. */
  | 'payment.wrong-purse'
  /** The payment does not learn of its refund. */
  | 'refund.not-counted'
  /** The bank is asked under a reference that nobody has written down. */
  | 'bank.other-reference'
  /** The bank books and leaves the balances as they are. */
  | 'bank.balance-forgotten'
  /** An order that is paid is never printed. */
  | 'order.print-forgotten'
  /** An order's step is not in its history. */
  | 'order.event-forgotten'
  /** The job of a photo that is ready stays in the queue. */
  | 'image.job-kept'
  /** A channel leaves a number out. */
  | 'feed.number-skipped'
  /** An event is taken in, and nobody is told. */
  | 'notification.forgotten'
  /** What happened is not in the gallery's totals. */
  | 'gallery.uncounted';

/** No bug, but for tests all the same. `realtime.echo`: a WebSocket says back what it is told, as a conformance suite wants it. */
export type PlantedAid = 'realtime.echo';

/**
 * True while `NAME=bug` is armed by FAILPOINTS or FAILPOINTS_FILE, in a test build. Give it a literal and nothing else, as the whole
 * condition or its first part: that is how the build finds it.
 */
export const planted = (bug: PlantedBug | PlantedAid): boolean => isTestBuild() && isBug(bug);
