import { counter, gauge } from '@halftone/service';

const outcomes = ['booked', 'refused', 'unsent', 'unknown', 'lease-lost'] as const;
export type AttemptOutcome = (typeof outcomes)[number];

const attempts = counter('payments_bank_attempts_total', 'Attempts at a bank operation, by outcome', {
  kind: ['debit', 'credit'],
  outcome: outcomes,
});
const waiting = gauge(
  'payments_bank_operations_waiting',
  'Bank operations without an answer; every replica reports the same number',
);
const oldest = gauge('payments_bank_operations_age_seconds', 'Age of the oldest bank operation without an answer');

export const countAttempt = (kind: 'debit' | 'credit', outcome: AttemptOutcome): void =>
  attempts.inc({ kind, outcome });

export function reportBacklog(backlog: { waiting: number; oldestSeconds: number }): void {
  waiting.set(backlog.waiting);
  oldest.set(backlog.oldestSeconds);
}
