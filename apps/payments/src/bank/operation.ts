import type { BankOutcome, BankRequest } from './bank';

export type OperationKind = 'debit' | 'credit';
export type OperationState = 'waiting' | 'done' | 'refused';

/** Identifies an idempotency key. */
export interface Claim {
  customer: string;
  route: string;
  key: string;
}

/** A debit or credit that the bank must execute; stored before the first message. */
export interface Operation<K extends OperationKind = OperationKind> {
  /** Derived from the payment or refund, never random per attempt: the bank books it once, however often it is sent. */
  reference: string;
  kind: K;
  paymentId: string;
  /** Set for a credit only. */
  refundId: string | null;
  /** The customer whose bank account it is. */
  customer: string;
  /** Minor units. */
  amount: number;
  currency: string;
  description: string;
  /** The idempotency key of the request that waits for the outcome; null for operations of the saga. */
  claim: Claim | null;
  createdAt: Date;
}

/** As stored: includes the history of its earlier leases. */
export interface WaitingOperation<K extends OperationKind = OperationKind> extends Operation<K> {
  fence: number;
  attempts: number;
  /** When the last message that may have been sent expires; null while certainly none was sent. */
  sentUntil: Date | null;
  traceparent: string | null;
}

/**
 * Leased by one process until the lease expires. A lease is not mutual exclusion: a paused process can outlive it.
 * So each lease raises `fence`, and only the latest lease may write the outcome.
 */
export interface LeasedOperation<K extends OperationKind = OperationKind> extends WaitingOperation<K> {
  leasedAt: Date;
  leaseUntil: Date;
  /** The expiry of a message that is sent now; undefined when nothing may be sent any more. */
  expiresAt: Date | undefined;
}

export interface RetryLimits {
  /** How long a debit is retried; a credit is retried for ever, because the customer is owed the money. */
  giveUpMs: number;
}

/** The bank allows 30 s of clock skew at a message's expiry. After twice that, no message can take effect any more. */
export const skewMs = 60_000;

export const debitReference = (paymentId: string): string => `ht-d-${paymentId}`;
export const creditReference = (refundId: string): string => `ht-c-${refundId}`;

/** Pure; `now` is the database clock, which all processes share. */
export function lease(
  waiting: WaitingOperation,
  leaseMs: number,
  { giveUpMs }: RetryLimits,
  now: Date,
): LeasedOperation {
  const leaseUntil = plusMs(now, leaseMs);
  const maySend = waiting.kind === 'credit' || now < plusMs(waiting.createdAt, giveUpMs);
  return {
    ...waiting,
    fence: waiting.fence + 1,
    attempts: waiting.attempts + 1,
    leasedAt: now,
    leaseUntil,
    expiresAt: maySend ? leaseUntil : undefined,
  };
}

/** The message expiry that the row must record when it is leased, before anything is sent. */
export const sentUntilOf = ({ expiresAt, sentUntil }: LeasedOperation): Date | null => expiresAt ?? sentUntil;

/** Whether no message can arrive any more. A reference that the bank does not know after that is never booked. */
export const noMessageInTransit = ({ sentUntil, leasedAt }: LeasedOperation): boolean =>
  sentUntil === null || leasedAt > plusMs(sentUntil, skewMs);

/** The characters that XML allows, as many as a bank statement shows. */
const statementTextOf = (description: string): string =>
  Array.from(description.replace(/[^\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' '))
    .slice(0, 100)
    .join('');

export const requestOf = (leased: LeasedOperation, expiresAt: Date): BankRequest => ({
  reference: leased.reference,
  account: leased.customer,
  amount: leased.amount,
  currency: leased.currency,
  description: statementTextOf(leased.description),
  expiresAt,
});

const firstRetryMs = 250;
const longestRetryMs = 5_000;

/** Doubles with each attempt; `random` (0 to 1) adds jitter. */
export const retryInMs = (attempts: number, random: number): number =>
  Math.round(Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs) * (0.5 + random / 2));

/** The outcome of an operation that this service gave up, not the bank. */
export const abandoned: BankOutcome = {
  state: 'refused',
  code: 'BANK_UNAVAILABLE',
  message: 'the bank did not answer in time and has booked nothing',
};

const plusMs = (date: Date, ms: number): Date => new Date(date.getTime() + ms);
