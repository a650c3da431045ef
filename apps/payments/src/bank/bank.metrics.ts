import { counter, gauge } from '@halftone/service';

const outcomes = ['booked', 'refused', 'unsent', 'unknown', 'lease-lost'] as const;
export type AttemptOutcome = (typeof outcomes)[number];

const attempts = counter('payments_bank_attempts_total', 'Attempts at a bank operation by how each ended', {
  kind: ['debit', 'credit'],
  outcome: outcomes,
});
const waiting = gauge(
  'payments_bank_operations_waiting',
  'Operations the bank has not answered; the same number from every replica',
);
const oldest = gauge(
  'payments_bank_operations_oldest_seconds',
  'Age of the oldest operation the bank has not answered',
);

export const countAttempt = (kind: 'debit' | 'credit', outcome: AttemptOutcome): void =>
  attempts.inc({ kind, outcome });

export function reportBacklog(backlog: { waiting: number; oldestSeconds: number }): void {
  waiting.set(backlog.waiting);
  oldest.set(backlog.oldestSeconds);
}
