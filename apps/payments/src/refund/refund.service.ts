import { type ordersV1, paymentsV1 } from '@halftone/contracts';
import { DomainError, isUuid, uuidv7 } from '@halftone/kernel';
import {
  claimKey,
  completeKey,
  Database,
  fingerprintOf,
  type IdempotencyClaim,
  once,
  recoveryPoint,
  type Replayable,
  type Tx,
} from '@halftone/postgres';
import { failpoint, logger, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { BankService } from '../bank/bank.service';
import { creditReference, type Operation } from '../bank/operation';
import { LedgerStore } from '../ledger/ledger.store';
import type { Payment } from '../payment/payment';
import { scopeOf } from '../payment/payment-query.service';
import { refundOf } from '../payment/payment.posting';
import { group } from '../payment/payment.service';
import { PaymentStore } from '../payment/payment.store';
import type { PaymentsTables } from '../tables';
import { decide, insistOnCompletion, type Refund, refundedBy } from './refund';
import { RefundStore } from './refund.store';
import { toWire } from './wire';

const { Refund: codec, CreateRefundRequest } = paymentsV1;

/**
 * Money back from the shop. The payment is locked before anything is decided, and pending refunds count, so that all of them together
 * never give back more than was captured. From a wallet payment it is one transaction, from the bank two (see bank/).
 */
@Injectable()
export class RefundService {
  private readonly log = logger('payments.refund');

  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly payments: PaymentStore,
    private readonly refunds: RefundStore,
    private readonly ledger: LedgerStore,
    private readonly bank: BankService,
  ) {}

  /** Gives back some or all of a payment once per key, to its owner's or an operator's order. */
  async create(principal: Principal, request: paymentsV1.CreateRefundRequest): Promise<Replayable<paymentsV1.Refund>> {
    await failpoint('payments.refund.request-read');
    const claim = { customer: principal.customer, route: 'payments.CreateRefund', key: request.idempotencyKey };
    const fingerprint = fingerprintOf(CreateRefundRequest.encode({ ...request, idempotencyKey: '' }).finish());
    const begun = await this.db.tx(async (tx) => {
      const claimed = await claimKey(tx, claim, fingerprint, codec);
      if (!claimed.claimed) return { response: claimed.response, replayed: true };
      await failpoint('payments.refund.claimed');
      const answer = await this.begin(tx, await this.asked(tx, principal, request), claim);
      await failpoint('payments.refund.before-commit');
      return answer;
    });
    await failpoint('payments.refund.after-commit');
    if (!('held' in begun)) return begun;
    const { payment, refund } = await this.bank.finish(begun.held);
    if (!refund) throw new DomainError('INTERNAL', `${begun.held.reference} is no credit`);
    return { response: toWire(insistOnCompletion(refund), payment), replayed: false };
  }

  /** Gives back all that is left of what an order paid; once per event, and never twice whatever else is refunded at the moment. */
  async refundOrder({ id: orderId, reason }: ordersV1.Order, eventId: string): Promise<void> {
    await this.db.tx(async (tx) => {
      if (!(await once(tx, { consumer: group, eventId }))) return;
      const payment = await this.captured(tx, orderId);
      if (!payment) return this.log.warn({ orderId }, 'an order is to be refunded that was never paid');
      const promised = await this.refunds.promised(tx, payment.id);
      if (promised === payment.amount) return;
      const refund = decide({ id: uuidv7(), amount: 0, reason }, payment, promised, new Date());
      if (refund.status === 'completed') await this.complete(tx, refund, payment);
      else await this.putDown(tx, refund, payment);
      await failpoint('payments.refund-order.before-commit');
    });
    await failpoint('payments.refund-order.after-commit');
  }

  /** Of one payment, oldest first, with the payment as it is now. */
  async list(principal: Principal, paymentId: string): Promise<{ refunds: Refund[]; payment: Payment }> {
    const [payment] = await this.payments.find(scopeOf(principal), [paymentId].filter(isUuid));
    if (!payment) throw noPayment(paymentId);
    return { payment, refunds: await this.refunds.ofPayments([paymentId]) };
  }

  /** Oldest first; of payments that the caller may see. */
  ofPayments(paymentIds: readonly string[]): Promise<Refund[]> {
    return this.refunds.ofPayments(paymentIds);
  }

  private async asked(
    tx: Tx<PaymentsTables>,
    principal: Principal,
    { paymentId, amount, reason }: paymentsV1.CreateRefundRequest,
  ) {
    const payment = isUuid(paymentId) ? await this.payments.lock(tx, scopeOf(principal), paymentId) : undefined;
    if (!payment) throw noPayment(paymentId);
    const promised = await this.refunds.promised(tx, payment.id);
    return { payment, refund: decide({ id: uuidv7(), amount, reason }, payment, promised, new Date()) };
  }

  /** All of it to a wallet, its first half to the bank. */
  private async begin(
    tx: Tx<PaymentsTables>,
    { payment, refund }: { payment: Payment; refund: Refund },
    claim: IdempotencyClaim,
  ) {
    if (refund.status === 'pending') {
      await recoveryPoint(tx, claim, 'bank');
      await this.refunds.insert(tx, refund, payment);
      return { held: await this.bank.begin(tx, creditOf(refund, claim)) };
    }
    const response = toWire(refund, await this.complete(tx, refund, payment));
    await completeKey(tx, claim, codec, response);
    return { response, replayed: false };
  }

  /** Answers the payment as it is after the refund. */
  private async complete(tx: Tx<PaymentsTables>, refund: Refund, before: Payment): Promise<Payment> {
    const payment = refundedBy(before, refund);
    const transactionId = await this.ledger.book(tx, refundOf(payment, refund), refund.createdAt);
    await this.payments.saveRefunded(tx, payment);
    await this.refunds.insert(tx, refund, payment, transactionId);
    return payment;
  }

  private async putDown(tx: Tx<PaymentsTables>, refund: Refund, payment: Payment): Promise<void> {
    await this.refunds.insert(tx, refund, payment);
    await this.bank.putDown(tx, creditOf(refund, null));
  }

  private async captured(tx: Tx<PaymentsTables>, orderId: string): Promise<Payment | undefined> {
    const payments = await this.payments.ofOrder(tx, { orderId });
    const captured = payments.find(({ status }) => status === 'captured');
    return captured && this.payments.lock(tx, {}, captured.id);
  }
}

const noPayment = (id: string) => new DomainError('PAYMENT_NOT_FOUND', `no payment ${id}`);

const creditOf = (refund: Refund, claim: IdempotencyClaim | null): Operation => ({
  reference: creditReference(refund.id),
  kind: 'credit',
  paymentId: refund.paymentId,
  refundId: refund.id,
  customer: refund.customer,
  amount: refund.amount,
  currency: refund.currency,
  description: `refund of payment ${refund.paymentId}`,
  claim,
  createdAt: refund.createdAt,
});
