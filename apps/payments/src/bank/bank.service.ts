import { DomainError, isDomainError } from '@halftone/kernel';
import type { Tx } from '@halftone/postgres';
import { currentCall, failpoint, planted, runInCall, SpanKind, withSpan } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { type Bank, BANK, type BankOutcome } from './bank';
import { countAttempt } from './bank.metrics';
import type { PaymentsTables } from '../tables';
import { canNeverArrive, givenUp, type Held, type Operation, requestOf } from './operation';
import { OperationStore } from './operation.store';
import { LeaseLost, type Settled, SettlementService } from './settlement.service';

/** What asking led to. `sent`: whether a message of this attempt may have reached the bank. */
export type Attempt = { then: 'settle'; outcome: BankOutcome } | { then: 'later'; sent: boolean; error: unknown };

/** For one attempt when no caller waits, and what is kept of a caller's time to store the answer. */
const attemptMs = 4_000;
const settleMs = 200;
/** From the end of an attempt to the end of its lease: time to store the answer. */
const graceMs = 1_500;

/** How long an attempt that begins now needs its operation to itself. */
export const leaseMs = (now: number = Date.now()): number => deadlineFrom(now) - now + graceMs;

/**
 * Asks the bank about one operation that the caller has taken. Outside of any transaction: between taking and settling the process may die
 * or sleep anywhere, which is what the lease, the fence and the reference are for.
 */
@Injectable()
export class BankService {
  constructor(
    @Inject(BANK) private readonly bank: Bank,
    private readonly operations: OperationStore,
    private readonly settlement: SettlementService,
  ) {}

  /** For the completer to take as soon as the transaction is committed. */
  putDown(tx: Tx<PaymentsTables>, operation: Operation): Promise<void> {
    return this.operations.insert(tx, operation);
  }

  /** Taken by the caller, who calls `finish` once the transaction is committed; dies it before, the completer takes over. */
  begin(tx: Tx<PaymentsTables>, operation: Operation): Promise<Held> {
    return this.operations.insertHeld(tx, operation, leaseMs());
  }

  /**
   * Within the deadline of the call that brought the operation. When the bank was certainly not asked nothing is left behind and
   * BANK_UNAVAILABLE thrown; when its answer is not known the completer finds it, and the key answers IDEMPOTENCY_IN_FLIGHT until then.
   */
  async finish(held: Held): Promise<Settled> {
    const attempt = await this.attempt(held);
    if (attempt.then === 'settle') return this.settlement.settle(held, attempt.outcome).catch(overtaken(held));
    if (!attempt.sent) await this.settlement.undo(held).catch(overtaken(held));
    throw attempt.error;
  }

  /** Never throws. */
  attempt(held: Held): Promise<Attempt> {
    const attributes = { 'bank.reference': held.reference, 'bank.attempt': held.attempts };
    const call = { ...currentCall(), deadline: deadlineFrom(Date.now()) };
    const asked = () => withSpan(`payments.bank.${held.kind}`, attributes, () => this.ask(held), SpanKind.INTERNAL);
    return runInCall(call, asked).then((attempt) => counted(held, attempt));
  }

  private async ask(held: Held): Promise<Attempt> {
    const progress = { sent: false };
    try {
      return { then: 'settle', outcome: await this.outcome(held, progress) };
    } catch (error) {
      return { then: 'later', sent: progress.sent && !isUnsent(error), error };
    }
  }

  /** What is unknown is looked up first; what the bank does not know may be asked again, because it books a reference once. */
  private async outcome(held: Held, progress: { sent: boolean }): Promise<BankOutcome> {
    const known = held.sentUntil ? await this.bank.find(held.reference) : undefined;
    if (known) return known;
    if (held.expiresAt) {
      await failpoint('payments.bank.before-call');
      progress.sent = true;
      const request = requestOf(held, held.expiresAt);
      const reference = planted('bank.other-reference') ? `${held.reference}-other` : held.reference;
      const outcome = await this.bank[held.kind]({ ...request, reference });
      await failpoint('payments.bank.after-call');
      return outcome;
    }
    if (canNeverArrive(held)) return givenUp;
    throw new DomainError('BANK_UNAVAILABLE', `a message about ${held.reference} may still arrive`);
  }
}

const isUnsent = (error: unknown): boolean => isDomainError(error) && error.code === 'BANK_UNAVAILABLE';

/** The caller's, less what storing the answer takes. */
function deadlineFrom(now: number): number {
  const deadline = currentCall()?.deadline;
  return deadline === undefined ? now + attemptMs : Math.min(deadline - settleMs, now + attemptMs);
}

const overtaken =
  ({ kind }: Held) =>
  (error: unknown): never => {
    if (!(error instanceof LeaseLost)) throw error;
    countAttempt(kind, 'lease-lost');
    throw new DomainError('IDEMPOTENCY_IN_FLIGHT', 'another process has taken this over', [], { cause: error });
  };

function counted({ kind }: Held, attempt: Attempt): Attempt {
  if (attempt.then === 'settle') countAttempt(kind, attempt.outcome.state);
  else countAttempt(kind, attempt.sent ? 'unknown' : 'unsent');
  return attempt;
}
