import { paymentsV1 } from '@halftone/contracts';
import { assertPermitted, DomainError, parseId, refusalOfRole, uuidv7 } from '@halftone/kernel';
import {
  Database,
  decodeCursor,
  fingerprintOf,
  idempotently,
  type Page,
  pageOf,
  type Replayable,
  type Tx,
} from '@halftone/postgres';
import { failpoint, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import type { Payment } from '../payment/payment';
import { scopeOf } from '../payment/payment-query.service';
import { PaymentStore } from '../payment/payment.store';
import { RefundService } from '../refund/refund.service';
import type { PaymentsTables } from '../tables';
import {
  answered,
  commandOf,
  validReason,
  acceptsAnswer,
  type OpenRequest,
  type RefundRequest,
  type RefundRequestStatus,
} from './refund-request';
import { RefundRequestStore, type RequestScope } from './refund-request.store';
import { toWire } from './wire';

const { RefundRequest: codec, RequestRefundRequest } = paymentsV1;

export interface RequestFilter {
  status?: RefundRequestStatus | undefined;
  paymentId?: string;
}

/**
 * A customer opens a refund request, an operator answers it. Both lock the payment, so it has at most one open request.
 * An approval makes the refund in the same transaction, once.
 */
@Injectable()
export class RefundRequestService {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly payments: PaymentStore,
    private readonly store: RefundRequestStore,
    private readonly refunds: RefundService,
  ) {}

  /** Opens a request, once per key. Only for the owner of the payment; an operator refunds directly. */
  async open(
    { customer }: Principal,
    request: paymentsV1.RequestRefundRequest,
  ): Promise<Replayable<paymentsV1.RefundRequest>> {
    const claim = { customer, route: 'payments.RequestRefund', key: request.idempotencyKey };
    const fingerprint = fingerprintOf(RequestRefundRequest.encode({ ...request, idempotencyKey: '' }).finish());
    const opened = await this.db.tx(async (tx) => {
      const answer = await idempotently(tx, claim, fingerprint, codec, async () => {
        const id = parseId(request.paymentId);
        const payment = id ? await this.payments.lock(tx, { customer }, id) : undefined;
        if (!payment) throw new DomainError('PAYMENT_NOT_FOUND', `no payment ${request.paymentId}`);
        const open = await this.requestOf(tx, payment, request);
        await this.store.insert(tx, open);
        return toWire(open);
      });
      await failpoint('payments.request-refund.before-commit');
      return answer;
    });
    await failpoint('payments.request-refund.after-commit');
    return opened;
  }

  /** The customer's own requests, for an operator all; newest first. */
  async list(
    principal: Principal,
    { status, paymentId }: RequestFilter,
    limit: number,
    cursor: string,
  ): Promise<Page<RefundRequest>> {
    const id = paymentId === undefined ? undefined : (parseId(paymentId) ?? '');
    if (id === '') return { items: [], nextCursor: '' };
    const name = ['refund requests', status, id].filter((word) => word !== undefined).join(' ');
    const before = cursor ? decodeCursor(name, cursor, z.uuid()) : undefined;
    const scope: RequestScope = { ...scopeOf(principal), ...(status && { status }), ...(id && { paymentId: id }) };
    return pageOf(name, await this.store.list(scope, limit + 1, before), limit, (request) => request.id);
  }

  /** Makes the requested refund; repeated, it changes nothing. If the refund throws, the request stays open. */
  async approve(principal: Principal, id: string): Promise<RefundRequest> {
    return this.answer(principal, { id, answer: 'approve' }, async (tx, request, payment) => {
      const { amount, reason } = request;
      const command = {
        id: uuidv7(),
        amount,
        reason,
        orderedBy: 'operator',
        principal: principal.customer,
        requestKey: null,
      } as const;
      const { id: refundId } = await this.refunds.refundPayment(tx, command, payment);
      return answered(request, { answer: 'approve', refundId }, { by: principal.customer, at: new Date() });
    });
  }

  /** Moves no money; repeated, it changes nothing. */
  async refuse(principal: Principal, id: string, reason: string): Promise<RefundRequest> {
    assertOperator(principal, 'refuse');
    const answer = { answer: 'refuse', reason: validReason(reason) } as const;
    return this.answer(principal, { id, answer: 'refuse' }, async (_, request) =>
      answered(request, answer, { by: principal.customer, at: new Date() }),
    );
  }

  private async requestOf(
    tx: Tx<PaymentsTables>,
    payment: Payment,
    { amount, reason }: paymentsV1.RequestRefundRequest,
  ): Promise<OpenRequest> {
    const { id: paymentId, orderId, customer, currency } = payment;
    const details = { id: uuidv7(), paymentId, orderId, customer, amount, currency, reason: validReason(reason) };
    const state = (await this.store.openOf(tx, paymentId)) ? 'asked for already' : 'captured';
    const why = `payment ${paymentId} has an open refund request`;
    assertPermitted('payments.RequestRefund', { caller: 'owner', state }, why);
    await this.refunds.assertRefundable(tx, payment, amount);
    return { ...details, status: 'open', createdAt: new Date() };
  }

  private async answer(
    principal: Principal,
    { id, answer }: { id: string; answer: 'approve' | 'refuse' },
    work: (
      tx: Tx<PaymentsTables>,
      request: OpenRequest,
      payment: Payment,
    ) => Promise<Exclude<RefundRequest, OpenRequest>>,
  ): Promise<RefundRequest> {
    assertOperator(principal, answer);
    const closed = await this.db.tx(async (tx) => {
      const { request, payment } = await this.locked(tx, id);
      if (!acceptsAnswer(request, answer)) return request;
      const after = await work(tx, request, payment);
      await this.store.close(tx, after);
      await failpoint('payments.answer-refund.before-commit');
      return after;
    });
    await failpoint('payments.answer-refund.after-commit');
    return closed;
  }

  private async locked(tx: Tx<PaymentsTables>, text: string): Promise<{ request: RefundRequest; payment: Payment }> {
    const id = parseId(text);
    const found = id ? await this.store.load(tx, id) : undefined;
    const payment = found && (await this.payments.lock(tx, {}, found.paymentId));
    // Read again: it may have been answered before its payment was locked.
    const request = found && (await this.store.load(tx, found.id));
    if (!payment || !request) throw new DomainError('REFUND_REQUEST_NOT_FOUND', `no refund request ${text}`);
    return { request, payment };
  }
}

/** Checks only the role; `acceptsAnswer` checks the status of the request. */
function assertOperator({ role }: Principal, answer: 'approve' | 'refuse'): void {
  const code = refusalOfRole(commandOf[answer], role);
  if (code) throw new DomainError(code, 'only an operator answers a refund request');
}
