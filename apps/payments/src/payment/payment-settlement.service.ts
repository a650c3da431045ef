import { type Codec, paymentsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { Tx } from '@halftone/postgres';
import { planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { BankOutcome } from '../bank/bank';
import type { Operation } from '../bank/operation';
import { LedgerStore } from '../ledger/ledger.store';
import type { Settlement } from '../settlement/settlement.service';
import type { PaymentsTables } from '../tables';
import { type Charge, refusalOf, settle } from './payment';
import { PaymentStore } from './payment.store';
import { toWire } from './wire';
import { fundingAccountOf, REVENUE } from '../ledger/account';
import { move, type Posting } from '../ledger/ledger';

/** Settles a payment by the bank's answer to its debit. */
@Injectable()
export class PaymentSettlement implements Settlement<paymentsV1.Payment> {
  readonly codec: Codec<paymentsV1.Payment> = paymentsV1.Payment;

  constructor(
    private readonly payments: PaymentStore,
    private readonly ledger: LedgerStore,
  ) {}

  async settle(
    tx: Tx<PaymentsTables>,
    { paymentId }: Operation,
    outcome: BankOutcome,
  ): Promise<paymentsV1.Payment | DomainError> {
    const pending = await this.payments.load(tx, paymentId);
    if (pending.status !== 'pending') throw new DomainError('INTERNAL', `payment ${pending.id} is settled already`);
    const payment = settle(pending, outcome);
    const now = new Date();
    const captured = payment.status === 'captured';
    const posting = captureOf(planted('payment.wrong-account') ? { ...payment, method: 'wallet' } : payment);
    const transactionId = captured ? await this.ledger.book(tx, posting, now) : undefined;
    await this.payments.settle(tx, payment, now, transactionId);
    return payment.status === 'declined' ? refusalOf(payment, payment.reason) : toWire(payment);
  }

  undo(tx: Tx<PaymentsTables>, { paymentId }: Operation): Promise<void> {
    return this.payments.remove(tx, paymentId);
  }
}

/** The posting of a captured payment. The first capture of an order has the order's reference, so it happens once. */
export const captureOf = (charge: Charge, reference: string = `payment:${charge.id}`): Posting => ({
  kind: 'payment',
  reference,
  entries: move(planted('payment.taken-twice') ? charge.amount * 2 : charge.amount, fundingAccountOf(charge), REVENUE),
});
