import { DomainError, isDomainError } from '@halftone/kernel';
import { currentCall, failpoint, planted, runInCall, SpanKind, withSpan } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { type Bank, BANK, type BankOutcome } from './bank';
import { countAttempt } from './bank.metrics';
import { noMessageInTransit, abandoned, type LeasedOperation, requestOf } from './operation';

/** The bank's answer; or the error, and whether a message of this attempt may have reached the bank. */
export type BankAttempt = { outcome: BankOutcome } | { error: unknown; sent: boolean };

/** The time limit of an attempt without a caller, and the part of a caller's time that is reserved for storing the answer. */
const attemptMs = 4_000;
const settleMs = 200;
/** From the end of an attempt to the end of its lease: time to store the answer. */
const graceMs = 1_500;

/** How long the lease of an attempt that begins now must last. */
export const leaseMs = (now: number = Date.now()): number => deadlineFrom(now) - now + graceMs;

/**
 * Sends one leased operation to the bank, outside any transaction. Settling the answer is the second step.
 * The process may crash or pause between the two; the lease, the fence and the reference make that safe.
 */
@Injectable()
export class BankService {
  constructor(@Inject(BANK) private readonly bank: Bank) {}

  /** Ends within the deadline of the current call. Never throws. */
  async attempt(leased: LeasedOperation): Promise<BankAttempt> {
    const attributes = { 'bank.reference': leased.reference, 'bank.attempt': leased.attempts };
    const call = { ...currentCall(), deadline: deadlineFrom(Date.now()) };
    const send = () => withSpan(`payments.bank.${leased.kind}`, attributes, () => this.send(leased), SpanKind.INTERNAL);
    const attempt = await runInCall(call, send);
    countAttempt(leased.kind, 'outcome' in attempt ? attempt.outcome.state : attempt.sent ? 'unknown' : 'unsent');
    return attempt;
  }

  /** Looks up an earlier message first. Sends again if the bank has no record, because it books a reference once. */
  private async send(leased: LeasedOperation): Promise<BankAttempt> {
    let sent = false;
    try {
      const known = leased.sentUntil ? await this.bank.find(leased.reference) : undefined;
      if (known) return { outcome: known };
      if (!leased.expiresAt) return { outcome: abandon(leased) };
      await failpoint('payments.bank.before-call');
      sent = true;
      const reference = planted('bank.other-reference') ? `${leased.reference}-other` : leased.reference;
      const outcome = await this.bank[leased.kind]({ ...requestOf(leased, leased.expiresAt), reference });
      await failpoint('payments.bank.after-call');
      return { outcome };
    } catch (error) {
      return { error, sent: sent && !isUnsent(error) };
    }
  }
}

/** Sends nothing more. Throws BANK_UNAVAILABLE while an earlier message may still arrive. */
function abandon(leased: LeasedOperation): BankOutcome {
  if (noMessageInTransit(leased)) return abandoned;
  throw new DomainError('BANK_UNAVAILABLE', `a message about ${leased.reference} may still arrive`);
}

const isUnsent = (error: unknown): boolean => isDomainError(error) && error.code === 'BANK_UNAVAILABLE';

/** The caller's deadline, minus the time for storing the answer. */
function deadlineFrom(now: number): number {
  const deadline = currentCall()?.deadline;
  return deadline === undefined ? now + attemptMs : Math.min(deadline - settleMs, now + attemptMs);
}
