import { type ordersV1, paymentsV1 } from '@halftone/contracts';
import { DomainError, parseId, parseIds, uuidv7 } from '@halftone/kernel';
import {
  afterCommit,
  claimKey,
  completeKey,
  Database,
  fingerprintOf,
  type IdempotencyClaim,
  setRecoveryPoint,
  type Replayable,
  storedResponse,
  type Tx,
} from '@halftone/postgres';
import { failpoint, logger, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { creditReference, type Operation } from '../bank/operation';
import { LedgerStore } from '../ledger/ledger.store';
import type { Payment } from '../payment/payment';
import { scopeOf } from '../payment/payment-query.service';
import { PaymentStore } from '../payment/payment.store';
import { SettlementService } from '../settlement/settlement.service';
import type { PaymentsTables } from '../tables';
import { CancellationService } from './cancellation.service';
import { decide, refundedBySaga, reservedBy, type Refund, type RefundCommand, refundedBy } from './refund';
import { refundOf } from './refund-settlement.service';
import { RefundStore } from './refund.store';
import { toWire } from './wire';

const { Refund: codec, CreateRefundRequest } = paymentsV1;

/** The most payments in one `listOf` call. */
const maxPayments = 100;

/**
 * Refunds. A refund is decided while its payment is locked, and pending refunds count, so the sum never exceeds the capture.
 * The refund of a wallet payment is one transaction; that of a bank payment is two (see settlement/).
 */
@Injectable()
export class RefundService {
  private readonly log = logger('payments.refund');

  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly payments: PaymentStore,
    private readonly refunds: RefundStore,
    private readonly ledger: LedgerStore,
    private readonly settlement: SettlementService,
    private readonly cancellation: CancellationService,
  ) {}

  /**
   * Refunds a part or all of a payment, once per key. An operator may refund in every state of the order.
   * For its owner the order is cancelled first (see CancellationService).
   */
  async create(principal: Principal, request: paymentsV1.CreateRefundRequest): Promise<Replayable<paymentsV1.Refund>> {
    await failpoint('payments.refund.request-read');
    const claim = { customer: principal.customer, route: 'payments.CreateRefund', key: request.idempotencyKey };
    const fingerprint = fingerprintOf(CreateRefundRequest.encode({ ...request, idempotencyKey: '' }).finish());
    if (principal.role !== 'operator') {
      const stored = await storedResponse(this.db.rows, claim, fingerprint, codec);
      if (stored) return { response: stored, replayed: true };
      await this.cancellation.cancelOrderOf(principal, request);
    }
    const begun = await this.db.tx(async (tx) => {
      const claimed = await claimKey(tx, claim, fingerprint, codec);
      if (!claimed.claimed) return { response: claimed.response, replayed: true };
      await failpoint('payments.refund.claimed');
      const answer = await this.decideAndBegin(tx, principal, request, claim);
      await failpoint('payments.refund.before-commit');
      return answer;
    });
    await failpoint('payments.refund.after-commit');
    if (!('leased' in begun)) return begun;
    return { response: await this.settlement.finish(begun.leased, begun.ofOrder ? 'keep' : 'undo'), replayed: false };
  }

  /** Refunds the remainder of an order's payment; safe against concurrent refunds. */
  async refundOrder(tx: Tx<PaymentsTables>, { id: orderId, reason }: ordersV1.Order): Promise<void> {
    const payment = await this.captured(tx, orderId);
    if (!payment) return this.log.warn({ orderId }, 'an order without a captured payment is to be refunded');
    if (reservedBy(await this.refunds.of(tx, payment.id)) === payment.amount) return;
    await this.refundPayment(tx, { ...bySaga, id: uuidv7(), reason }, payment);
    await failpoint('payments.refund-order.before-commit');
    afterCommit(tx, () => failpoint('payments.refund-order.after-commit'));
  }

  /** Refunds a part or all of a payment that the caller has locked: a wallet payment immediately, a bank payment by the worker. */
  async refundPayment(tx: Tx<PaymentsTables>, command: RefundCommand, payment: Payment): Promise<Refund> {
    const refund = decide(command, payment, reservedBy(await this.refunds.of(tx, payment.id)), new Date());
    if (refund.status === 'completed') await this.complete(tx, refund, payment);
    else await this.enqueue(tx, refund, payment);
    return refund;
  }

  /** Throws like an operator's refund of this amount would now. */
  async assertRefundable(tx: Tx<PaymentsTables>, payment: Payment, amount: number): Promise<void> {
    const command = {
      id: uuidv7(),
      amount,
      reason: '',
      orderedBy: 'operator',
      principal: '',
      requestKey: null,
    } as const;
    decide(command, payment, reservedBy(await this.refunds.of(tx, payment.id)), new Date());
  }

  /** The refunds of one payment, oldest first, with the current payment. */
  async list(principal: Principal, paymentId: string): Promise<{ refunds: Refund[]; payment: Payment }> {
    const [payment] = await this.payments.find(scopeOf(principal), parseIds([paymentId]));
    if (!payment) throw noPayment(paymentId);
    return { payment, refunds: await this.refunds.ofPayments([payment.id]) };
  }

  /** The refunds of the visible payments, oldest first, each with the current payment. */
  async listOf(
    principal: Principal,
    paymentIds: readonly string[],
  ): Promise<readonly { refund: Refund; payment: Payment }[]> {
    if (paymentIds.length > maxPayments)
      throw new DomainError('VALIDATION_FAILED', `at most ${maxPayments} payments in one call`);
    const payments = await this.payments.find(scopeOf(principal), parseIds(paymentIds));
    const byId = new Map(payments.map((payment) => [payment.id, payment]));
    const refunds = await this.refunds.ofPayments([...byId.keys()]);
    return refunds.flatMap((refund) => {
      const payment = byId.get(refund.paymentId);
      return payment ? [{ refund, payment }] : [];
    });
  }

  /** Oldest first. The caller must have checked that the payments are visible. */
  ofPayments(paymentIds: readonly string[]): Promise<Refund[]> {
    return this.refunds.ofPayments(paymentIds);
  }

  private async decideAndBegin(
    tx: Tx<PaymentsTables>,
    principal: Principal,
    { paymentId, amount, reason }: paymentsV1.CreateRefundRequest,
    claim: IdempotencyClaim,
  ) {
    const id = parseId(paymentId);
    const payment = id ? await this.payments.lock(tx, scopeOf(principal), id) : undefined;
    if (!payment) throw noPayment(paymentId);
    const made = await this.refunds.of(tx, payment.id);
    const orderedBy = principal.role === 'operator' ? 'operator' : 'owner';
    const sagaRefund = orderedBy === 'owner' ? refundedBySaga(made, amount) : undefined;
    if (sagaRefund) return this.answerWith(tx, sagaRefund, payment, claim);
    const command = {
      id: uuidv7(),
      amount,
      reason,
      orderedBy,
      principal: principal.customer,
      requestKey: claim.key,
    } as const;
    return this.begin(tx, { payment, refund: decide(command, payment, reservedBy(made), new Date()) }, claim);
  }

  /** After the cancellation the saga made the refund first. That refund is the answer, for one key only. */
  private async answerWith(tx: Tx<PaymentsTables>, refund: Refund, payment: Payment, claim: IdempotencyClaim) {
    if (refund.status === 'pending')
      throw new DomainError('IDEMPOTENCY_IN_FLIGHT', `refund ${refund.id} waits for the bank`);
    await this.refunds.answerWith(tx, refund, claim.key);
    const response = toWire(refund, payment);
    await completeKey(tx, claim, codec, response);
    return { response, replayed: false };
  }

  /** Completes a wallet refund; for a bank refund, stores and leases the bank operation. */
  private async begin(
    tx: Tx<PaymentsTables>,
    { payment, refund }: { payment: Payment; refund: Refund },
    claim: IdempotencyClaim,
  ) {
    if (refund.status === 'pending') {
      await setRecoveryPoint(tx, claim, 'bank');
      await this.refunds.insert(tx, refund, payment);
      return { leased: await this.settlement.begin(tx, creditOf(refund, claim)), ofOrder: payment.orderId !== null };
    }
    const response = toWire(refund, await this.complete(tx, refund, payment));
    await completeKey(tx, claim, codec, response);
    return { response, replayed: false };
  }

  /** Returns the payment after the refund. */
  private async complete(tx: Tx<PaymentsTables>, refund: Refund, before: Payment): Promise<Payment> {
    const payment = refundedBy(before, refund);
    const transactionId = await this.ledger.book(tx, refundOf(payment, refund), refund.createdAt);
    await this.payments.saveRefunded(tx, payment);
    await this.refunds.insert(tx, refund, payment, transactionId);
    return payment;
  }

  private async enqueue(tx: Tx<PaymentsTables>, refund: Refund, payment: Payment): Promise<void> {
    await this.refunds.insert(tx, refund, payment);
    await this.settlement.enqueue(tx, creditOf(refund, null));
  }

  private async captured(tx: Tx<PaymentsTables>, orderId: string): Promise<Payment | undefined> {
    const payments = await this.payments.ofOrder(tx, { orderId });
    const captured = payments.find(({ status }) => status === 'captured');
    return captured && this.payments.lock(tx, {}, captured.id);
  }
}

const bySaga = { amount: 0, orderedBy: 'saga', principal: null, requestKey: null } as const;

const noPayment = (id: string) => new DomainError('PAYMENT_NOT_FOUND', `no payment ${id}`);

const creditOf = (refund: Refund, claim: IdempotencyClaim | null): Operation<'credit'> => ({
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
