import { topics } from '@halftone/contracts';
import { appendEvent, Database, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { PaymentsTables } from '../tables';
import type { OpenRequest, RefundRequest, RefundRequestStatus } from './refund-request';
import { subjectOf, toWire } from './wire';

type Row = Selectable<PaymentsTables['refund_request']>;
type Rows = Pick<Tx<PaymentsTables>, 'selectFrom'>;

/** A filter by customer, payment and status; an absent field matches all. */
export interface RequestScope {
  customer?: string;
  paymentId?: string;
  status?: RefundRequestStatus;
}

/** Stores refund requests and their answers together with their events. */
@Injectable()
export class RefundRequestStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  /** The open request of a payment. Reliable only while the payment is locked. */
  async openOf(tx: Tx<PaymentsTables>, paymentId: string): Promise<RefundRequest | undefined> {
    const row = await inScope(tx, { paymentId, status: 'open' }).executeTakeFirst();
    return row && toRequest(row);
  }

  async load(rows: Rows, id: string): Promise<RefundRequest | undefined> {
    const row = await inScope(rows, {}).where('id', '=', id).executeTakeFirst();
    return row && toRequest(row);
  }

  async insert(tx: Tx<PaymentsTables>, request: OpenRequest): Promise<void> {
    await tx.insertInto('refund_request').values(toRow(request)).execute();
    await publish(tx, request, { type: 'opened', sequence: 1, time: request.createdAt });
  }

  /** The caller has locked the payment, so nobody else answers the request meanwhile. */
  async close(tx: Tx<PaymentsTables>, request: Exclude<RefundRequest, OpenRequest>): Promise<void> {
    const { status, answered_by, answered_at, answer, refund_id } = toRow(request);
    const closing = tx.updateTable('refund_request').set({ status, answered_by, answered_at, answer, refund_id });
    await closing.where('id', '=', request.id).where('status', '=', 'open').execute();
    await publish(tx, request, { type: request.status, sequence: 2, time: request.answeredAt });
  }

  /** Newest first, at most `limit`, older than `before`. */
  async list(scope: RequestScope, limit: number, before?: string): Promise<RefundRequest[]> {
    let query = inScope(this.db.rows, scope);
    if (before) query = query.where('id', '<', before);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(toRequest);
  }
}

function inScope(rows: Rows, { customer, paymentId, status }: RequestScope) {
  let query = rows.selectFrom('refund_request').selectAll();
  if (customer !== undefined) query = query.where('customer', '=', customer);
  if (paymentId !== undefined) query = query.where('payment_id', '=', paymentId);
  if (status !== undefined) query = query.where('status', '=', status);
  return query;
}

const publish = (
  tx: Tx<PaymentsTables>,
  request: RefundRequest,
  { type, sequence, time }: { type: 'opened' | 'approved' | 'refused'; sequence: number; time: Date },
) =>
  appendEvent(tx, {
    topic: topics.payments,
    type: `refund-request.${type}`,
    subject: subjectOf(request),
    key: request.customer,
    sequence,
    value: { payment: undefined, transfer: undefined, refund: undefined, refundRequest: toWire(request) },
    time,
  });

const toRow = (request: RefundRequest): Row => ({
  id: request.id,
  payment_id: request.paymentId,
  order_id: request.orderId,
  customer: request.customer,
  status: request.status,
  amount: request.amount || null,
  currency: request.currency,
  reason: request.reason,
  answered_by: request.status === 'open' ? null : request.answeredBy,
  answered_at: request.status === 'open' ? null : request.answeredAt,
  answer: request.status === 'refused' ? request.answer : null,
  refund_id: request.status === 'approved' ? request.refundId : null,
  created_at: request.createdAt,
});

function toRequest(row: Row): RefundRequest {
  const { id, customer, currency, reason, payment_id: paymentId, order_id: orderId, created_at: createdAt } = row;
  const details = { id, paymentId, orderId, customer, amount: row.amount ?? 0, currency, reason, createdAt };
  if (row.status === 'open') return { ...details, status: 'open' };
  // The table requires these of an answered request, and only `toRow` writes them.
  const closed = { ...details, answeredBy: row.answered_by ?? '', answeredAt: row.answered_at ?? createdAt };
  if (row.status === 'approved') return { ...closed, status: 'approved', refundId: row.refund_id ?? '' };
  return { ...closed, status: 'refused', answer: row.answer ?? '' };
}
