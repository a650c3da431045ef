import { type Codec, paymentsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { BankOutcome } from '../bank/bank';
import type { Operation } from '../bank/operation';
import { LedgerStore } from '../ledger/ledger.store';
import { PaymentStore } from '../payment/payment.store';
import type { Settlement } from '../settlement/settlement.service';
import type { PaymentsTables } from '../tables';
import { type Refund, refundedBy, refusalOf, settle } from './refund';
import { RefundStore } from './refund.store';
import { toWire } from './wire';
import { fundingAccountOf, REVENUE } from '../ledger/account';
import { move, type Posting } from '../ledger/ledger';
import type { Charge } from '../payment/payment';

/** Settles a refund by the bank's answer to its credit, and updates its payment. */
@Injectable()
export class RefundSettlement implements Settlement<paymentsV1.Refund> {
  readonly codec: Codec<paymentsV1.Refund> = paymentsV1.Refund;

  constructor(
    private readonly payments: PaymentStore,
    private readonly refunds: RefundStore,
    private readonly ledger: LedgerStore,
  ) {}

  async settle(
    tx: Tx<PaymentsTables>,
    operation: Operation,
    outcome: BankOutcome,
  ): Promise<paymentsV1.Refund | DomainError> {
    const before = await this.payments.load(tx, operation.paymentId);
    const refund = settle(await this.refunds.load(tx, refundIdOf(operation)), outcome);
    const now = new Date();
    const completed = refund.status === 'completed';
    const payment = completed ? refundedBy(before, refund) : before;
    const transactionId = completed ? await this.ledger.book(tx, refundOf(payment, refund), now) : undefined;
    if (completed) await this.payments.saveRefunded(tx, payment);
    await this.refunds.settle(tx, refund, { payment, now, transactionId });
    return completed ? toWire(refund, payment) : refusalOf(refund);
  }

  undo(tx: Tx<PaymentsTables>, operation: Operation): Promise<void> {
    return this.refunds.remove(tx, refundIdOf(operation));
  }
}

function refundIdOf({ refundId, reference }: Operation): string {
  if (refundId === null) throw new DomainError('INTERNAL', `${reference} has no refund`);
  return refundId;
}

/** The posting of a refund: the money returns to the account that paid. */
export const refundOf = (charge: Charge, { id, amount }: Refund): Posting => ({
  kind: 'refund',
  reference: `refund:${id}`,
  entries: move(amount, REVENUE, fundingAccountOf(charge)),
});
