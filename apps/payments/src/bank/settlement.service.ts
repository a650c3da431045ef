import { type Codec, paymentsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { completeKey, Database, refuseKey, releaseKey, type Tx } from '@halftone/postgres';
import { failpoint, planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { LedgerStore } from '../ledger/ledger.store';
import * as payments from '../payment/payment';
import { captureOf, refundOf } from '../payment/payment.posting';
import { PaymentStore } from '../payment/payment.store';
import { toWire as paymentToWire } from '../payment/wire';
import * as refunds from '../refund/refund';
import { RefundStore } from '../refund/refund.store';
import { toWire as refundToWire } from '../refund/wire';
import type { PaymentsTables } from '../tables';
import type { BankOutcome } from './bank';
import type { Held } from './operation';
import { OperationStore } from './operation.store';

/** Thrown to a holder that was too slow: another one has its operation, and nothing it just tried to write was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/** The end of a bank operation: the payment, and for a credit the refund of it. */
export interface Settled {
  payment: payments.Payment;
  refund?: refunds.Refund;
}

/**
 * What the bank said becomes rows: the operation, the payment or refund, its ledger entries, its event and the answer that its idempotency
 * key stands for, in one transaction, and only for whoever took the operation last.
 */
@Injectable()
export class SettlementService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly operations: OperationStore,
    private readonly payments: PaymentStore,
    private readonly refunds: RefundStore,
    private readonly ledger: LedgerStore,
  ) {}

  /** Throws LeaseLost. */
  async settle(held: Held, outcome: BankOutcome): Promise<Settled> {
    const settled = await this.holding(held, async (tx) => {
      await this.operations.end(tx, held, outcome);
      const done = await (held.refundId === null
        ? this.settlePayment(tx, held, outcome)
        : this.settleRefund(tx, held, held.refundId, outcome));
      await failpoint('payments.bank.before-commit');
      return done;
    });
    await failpoint('payments.bank.settled');
    return settled;
  }

  /** As if it had never been asked for, its idempotency key included; for what the bank was certainly not asked. Throws LeaseLost. */
  undo(held: Held): Promise<void> {
    return this.holding(held, async (tx) => {
      await this.operations.remove(tx, held);
      if (held.refundId === null) await this.payments.remove(tx, held.paymentId);
      else await this.refunds.remove(tx, held.refundId);
      if (held.claim) await releaseKey(tx, held.claim);
    });
  }

  private async settlePayment(tx: Tx<PaymentsTables>, held: Held, outcome: BankOutcome): Promise<Settled> {
    const pending = await this.payment(tx, held);
    if (pending.status !== 'pending') throw new DomainError('INTERNAL', `payment ${pending.id} has ended before`);
    const payment = payments.settle(pending, outcome);
    const now = new Date();
    const captured = payment.status === 'captured';
    const posting = captureOf(planted('payment.wrong-purse') ? { ...payment, method: 'wallet' } : payment);
    const transactionId = captured ? await this.ledger.book(tx, posting, now) : undefined;
    await this.payments.settle(tx, payment, now, transactionId);
    const refusal = payment.status === 'declined' ? payments.refusalOf(payment, payment.reason) : undefined;
    await answer(tx, held, paymentsV1.Payment, refusal ?? paymentToWire(payment));
    return { payment };
  }

  private async settleRefund(tx: Tx<PaymentsTables>, held: Held, id: string, outcome: BankOutcome): Promise<Settled> {
    const before = await this.payment(tx, held);
    const refund = refunds.settle(await this.refunds.load(tx, id), outcome);
    const now = new Date();
    const completed = refund.status === 'completed';
    const payment = completed ? refunds.refundedBy(before, refund) : before;
    const transactionId = completed ? await this.ledger.book(tx, refundOf(payment, refund), now) : undefined;
    if (completed) await this.payments.saveRefunded(tx, payment);
    await this.refunds.settle(tx, refund, { payment, now, transactionId });
    await answer(tx, held, paymentsV1.Refund, completed ? refundToWire(refund, payment) : refunds.refusalOf(refund));
    return { payment, refund };
  }

  private async payment(tx: Tx<PaymentsTables>, { paymentId }: Held): Promise<payments.Payment> {
    const payment = await this.payments.lock(tx, {}, paymentId);
    if (!payment) throw new DomainError('INTERNAL', `there is no payment ${paymentId}`);
    return payment;
  }

  private holding<R>(held: Held, work: (tx: Tx<PaymentsTables>) => Promise<R>): Promise<R> {
    return this.db.tx(async (tx) => {
      if (!(await this.operations.isHeld(tx, held))) throw new LeaseLost(`${held.reference} has another holder`);
      return work(tx);
    });
  }
}

/** A refusal that may pass leaves the key free: the same request may succeed later. */
async function answer<R>(
  tx: Tx<PaymentsTables>,
  { claim }: Held,
  codec: Codec<R>,
  end: R | DomainError,
): Promise<void> {
  if (!claim) return;
  if (!(end instanceof DomainError)) return completeKey(tx, claim, codec, end);
  return end.row.retryable ? releaseKey(tx, claim) : refuseKey(tx, claim, end);
}
