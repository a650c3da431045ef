/** The ways a request can fail, and what must be true after each. Pure. */
import type { ServiceName } from '@halftone/tools/shop/topology.ts';

type Failure = 'never-arrived' | 'interrupted' | 'answer-lost';
export type OperationName = 'transfer' | 'bank-payment';

export interface Place {
  service: ServiceName;
  /** Where its process is killed. */
  failpoint: string;
}

export interface FailureCase {
  operation: OperationName;
  failure: Failure;
  /** Of an interruption. */
  place?: Place;
}

const at = (service: Place['service'], ...failpoints: string[]): Place[] =>
  failpoints.map((failpoint) => ({ service, failpoint }));

/** Every place between "request read" and "reply sent", in the order in which a request passes them. */
export const places: Readonly<Record<OperationName, readonly Place[]>> = {
  transfer: [
    ...at('gateway', 'gateway.request.read', 'gateway.replay.begun'),
    ...at('payments', 'payments.transfer.request-read', 'payments.transfer.claimed'),
    ...at('payments', 'payments.transfer.before-commit', 'payments.transfer.after-commit'),
    ...at('gateway', 'gateway.answer.received', 'gateway.answer.stored'),
  ],
  'bank-payment': [
    ...at('gateway', 'gateway.request.read', 'gateway.replay.begun'),
    ...at('payments', 'payments.create.request-read', 'payments.create.claimed', 'payments.create.before-commit'),
    ...at('payments', 'payments.bank.before-call'),
    ...at('bank', 'bank.debit.before-commit', 'bank.debit.after-commit'),
    ...at('payments', 'payments.bank.after-call', 'payments.bank.settled'),
    ...at('gateway', 'gateway.answer.received', 'gateway.answer.stored'),
  ],
};

export const casesOf = (operation: OperationName): FailureCase[] => [
  { operation, failure: 'never-arrived' },
  ...places[operation].map((place): FailureCase => ({ operation, failure: 'interrupted', place })),
  { operation, failure: 'answer-lost' },
];

export interface CaseResult {
  protection: 'on' | 'off';
  operation: OperationName;
  failure: Failure;
  failpoint: string | null;
  key: string;
  /** What happened, in order, as text. */
  steps: string[];
  /** In minor units, of the wallet, or of the account at the bank. */
  balanceBefore: number;
  balanceAfter: number;
  amount: number;
  /** How often the amount was taken. */
  effects: number;
  /** Of the last answer. */
  status: number;
  /** A third request with the key gets the same status and bytes. Null when that would have one more effect. */
  replayEqual: boolean | null;
  /** Whether the process was killed at the failpoint; null when none was armed. */
  killed: boolean | null;
}

/** Why a protected case failed; undefined when it passed. */
export function complaintAbout({ effects, status, replayEqual, killed }: CaseResult): string | undefined {
  if (killed === false) return 'nothing was killed: no request came to the failpoint';
  if (status !== 201) return `the retry was answered ${status}`;
  if (effects !== 1) return `${effects} effects instead of 1`;
  return replayEqual ? undefined : 'a replay has other bytes';
}

export interface Lesson {
  ok: boolean;
  cases: number;
  held: number;
  /** Unprotected cases in which the money moved twice. */
  doubled: number;
}

/** The lab passes only if protection always held and at least one unprotected case moved money twice. */
export function lessonOf(results: readonly CaseResult[]): Lesson {
  const guarded = results.filter(({ protection }) => protection === 'on');
  const held = guarded.filter((one) => complaintAbout(one) === undefined).length;
  const doubled = results.filter(({ protection, effects }) => protection === 'off' && effects > 1).length;
  return { ok: guarded.length > 0 && held === guarded.length && doubled > 0, cases: results.length, held, doubled };
}
