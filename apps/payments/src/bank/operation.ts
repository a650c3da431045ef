import type { BankOutcome, BankRequest } from './bank';

export type OperationState = 'waiting' | 'done' | 'refused';

/** Names an idempotency key. */
export interface Claim {
  customer: string;
  route: string;
  key: string;
}

/** Something the bank has to be asked; stored before it is asked the first time. */
export interface Operation {
  /** Derived from what it is for, never random per try: however often it is sent, the bank books it once. */
  reference: string;
  kind: 'debit' | 'credit';
  paymentId: string;
  /** Of a credit only. */
  refundId: string | null;
  /** Whose account. */
  customer: string;
  /** Minor units. */
  amount: number;
  currency: string;
  description: string;
  /** The idempotency key whose request waits for the end of it; null for what the saga does. */
  claim: Claim | null;
  createdAt: Date;
}

/** As it lies in its row: what whoever takes it has to know of those who had it before. */
export interface Waiting extends Operation {
  fence: number;
  attempts: number;
  /** When the last message that may have been sent expires; null while certainly none was. */
  sentUntil: Date | null;
  traceparent: string | null;
}

/**
 * Taken by one process until the lease runs out. A lease is not mutual exclusion: a paused holder outlives it. So taking counts `fence`
 * up, and what became of the operation is written only by the latest to take it.
 */
export interface Held extends Waiting {
  takenAt: Date;
  leaseUntil: Date;
  /** Until when a message that is sent now may be believed by the bank; undefined when nothing may be sent any more. */
  expiresAt: Date | undefined;
}

export interface Patience {
  /** How long a debit is tried; money that is owed to a customer is tried for ever. */
  giveUpMs: number;
}

/**
 * The bank forgives 30 s of difference between clocks when it looks at a message's expiry. Twice that after the expiry, nothing that was
 * ever sent can take effect any more.
 */
export const skewMs = 60_000;

export const debitReference = (paymentId: string): string => `ht-d-${paymentId}`;
export const creditReference = (refundId: string): string => `ht-c-${refundId}`;

/** Pure; `now` is the clock of the database, which all processes share. */
export function take(waiting: Waiting, leaseMs: number, { giveUpMs }: Patience, now: Date): Held {
  const leaseUntil = later(now, leaseMs);
  const maySend = waiting.kind === 'credit' || now < later(waiting.createdAt, giveUpMs);
  return {
    ...waiting,
    fence: waiting.fence + 1,
    attempts: waiting.attempts + 1,
    takenAt: now,
    leaseUntil,
    expiresAt: maySend ? leaseUntil : undefined,
  };
}

/** What the row must say from the moment it is taken, before anything is sent. */
export const sentUntilOf = ({ expiresAt, sentUntil }: Held): Date | null => expiresAt ?? sentUntil;

/** Whether a reference that the bank did not know when it was asked after `takenAt` can never be booked. */
export const canNeverArrive = ({ sentUntil, takenAt }: Held): boolean =>
  sentUntil === null || takenAt > later(sentUntil, skewMs);

/** What XML can carry and a statement has room for. */
const wordsOf = (description: string): string =>
  Array.from(description.replace(/[^\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, ' '))
    .slice(0, 100)
    .join('');

export const requestOf = (held: Held, expiresAt: Date): BankRequest => ({
  reference: held.reference,
  account: held.customer,
  amount: held.amount,
  currency: held.currency,
  description: wordsOf(held.description),
  expiresAt,
});

const firstRetryMs = 250;
const longestRetryMs = 5_000;

/** Doubles with each attempt; `random` (0 to 1) spreads those that failed together. */
export const retryInMs = (attempts: number, random: number): number =>
  Math.round(Math.min(firstRetryMs * 2 ** (attempts - 1), longestRetryMs) * (0.5 + random / 2));

/** Rejected by us, not by the bank. */
export const givenUp: BankOutcome = {
  state: 'refused',
  code: 'BANK_UNAVAILABLE',
  message: 'the bank did not answer in time and has booked nothing',
};

const later = (than: Date, ms: number): Date => new Date(than.getTime() + ms);
