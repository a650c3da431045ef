import { topics } from '@halftone/contracts';
import { afterCommit, anyOf, appendEvent, Database, type Tx } from '@halftone/postgres';
import { counter, planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { Payment, PaymentMethod } from '../payment/payment';
import type { PaymentsTables } from '../tables';
import type { Refund } from './refund';
import { subjectOf, toWire } from './wire';

type Row = Selectable<PaymentsTables['refund']>;

/** Stores refunds; a settled one together with its event. `payment` is always the payment after the refund. */
@Injectable()
export class RefundStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  /** A pending refund has no event. */
  async insert(tx: Tx<PaymentsTables>, refund: Refund, payment: Payment, transactionId?: string): Promise<void> {
    await tx.insertInto('refund').values(toRow(refund, transactionId)).execute();
    if (refund.status !== 'pending') await publish(tx, refund, payment, refund.createdAt);
  }

  /** Updates a pending refund to its settled state. */
  async settle(
    tx: Tx<PaymentsTables>,
    refund: Refund,
    { payment, now, transactionId }: { payment: Payment; now: Date; transactionId?: string | undefined },
  ): Promise<void> {
    const { status, transaction_id } = toRow(refund, transactionId);
    const settled = tx.updateTable('refund').set({ status, transaction_id });
    await settled.where('id', '=', refund.id).where('status', '=', 'pending').execute();
    await publish(tx, refund, payment, now);
  }

  /** Deletes a pending refund whose credit was certainly not sent. */
  async remove(tx: Tx<PaymentsTables>, id: string): Promise<void> {
    await tx.deleteFrom('refund').where('id', '=', id).where('status', '=', 'pending').execute();
  }

  async load(tx: Tx<PaymentsTables>, id: string): Promise<Refund> {
    return toRefund(await tx.selectFrom('refund').selectAll().where('id', '=', id).executeTakeFirstOrThrow());
  }

  /** The refunds of one payment, oldest first. Complete only while the payment is locked. */
  async of(tx: Tx<PaymentsTables>, paymentId: string): Promise<Refund[]> {
    const rows = tx.selectFrom('refund').selectAll().where('payment_id', '=', paymentId);
    return (await rows.orderBy('id').execute()).map(toRefund);
  }

  /** Records the request key that this refund answers. */
  async answerWith(tx: Tx<PaymentsTables>, { id }: Refund, requestKey: string): Promise<void> {
    await tx.updateTable('refund').set({ request_key: requestKey }).where('id', '=', id).execute();
  }

  /** Oldest first. */
  async ofPayments(paymentIds: readonly string[]): Promise<Refund[]> {
    if (paymentIds.length === 0) return [];
    const rows = this.db.rows.selectFrom('refund').selectAll();
    const found = rows.where(anyOf('payment_id', paymentIds)).orderBy('id');
    return (await found.execute()).map(toRefund);
  }
}

async function publish(tx: Tx<PaymentsTables>, refund: Refund, payment: Payment, time: Date): Promise<void> {
  await appendEvent(tx, {
    topic: topics.payments,
    type: `refund.${refund.status}`,
    subject: subjectOf(refund),
    key: refund.customer,
    sequence: 1,
    value: { payment: undefined, transfer: undefined, refund: toWire(refund, payment), refundRequest: undefined },
    time,
  });
  afterCommit(tx, () => countRefund(refund, payment.method));
}

const toRow = (refund: Refund, transactionId: string | undefined): Row => ({
  id: refund.id,
  payment_id: refund.paymentId,
  order_id: refund.orderId,
  customer: refund.customer,
  status: refund.status,
  amount: refund.amount,
  currency: refund.currency,
  reason: refund.reason,
  ordered_by: planted('refund.passes-as-saga') ? 'saga' : refund.orderedBy,
  principal: planted('refund.passes-as-saga') ? null : refund.principal,
  request_key: refund.requestKey,
  transaction_id: transactionId ?? null,
  created_at: refund.createdAt,
});

const toRefund = (row: Row): Refund => ({
  id: row.id,
  paymentId: row.payment_id,
  orderId: row.order_id,
  customer: row.customer,
  status: row.status,
  amount: row.amount,
  currency: row.currency,
  reason: row.reason,
  orderedBy: row.ordered_by,
  principal: row.principal,
  requestKey: row.request_key,
  createdAt: row.created_at,
});

const refunds = counter('refunds_total', 'Refunds by outcome', {
  method: ['wallet', 'bank'],
  outcome: ['completed', 'failed'],
});

const countRefund = ({ status }: Refund, method: PaymentMethod): void => refunds.inc({ method, outcome: status });
