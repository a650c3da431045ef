import { topics } from '@halftone/contracts';
import { afterCommit, appendEvent, Database, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { Payment } from '../payment/payment';
import type { PaymentsTables } from '../tables';
import type { Refund } from './refund';
import { countRefund } from './refund.metrics';
import { subjectOf, toWire } from './wire';

type Row = Selectable<PaymentsTables['refund']>;

/** Refunds. Storing how one ended and telling the world is one step; `payment` is always as it is after the refund. */
@Injectable()
export class RefundStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  /** Nobody is told of a pending refund. */
  async insert(tx: Tx<PaymentsTables>, refund: Refund, payment: Payment, transactionId?: string): Promise<void> {
    await tx.insertInto('refund').values(toRow(refund, transactionId)).execute();
    if (refund.status !== 'pending') await publish(tx, refund, payment, refund.createdAt);
  }

  /** What the bank's answer made of a pending refund. */
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

  /** A pending refund that the bank was certainly not asked for. */
  async remove(tx: Tx<PaymentsTables>, id: string): Promise<void> {
    await tx.deleteFrom('refund').where('id', '=', id).where('status', '=', 'pending').execute();
  }

  async load(tx: Tx<PaymentsTables>, id: string): Promise<Refund> {
    return toRefund(await tx.selectFrom('refund').selectAll().where('id', '=', id).executeTakeFirstOrThrow());
  }

  /** What the refunds of a payment take of it, those that are pending included. True only while the payment is locked. */
  async promised(tx: Tx<PaymentsTables>, paymentId: string): Promise<number> {
    const taken = tx.selectFrom('refund').select('amount').where('payment_id', '=', paymentId);
    const rows = await taken.where('status', '<>', 'failed').execute();
    return rows.reduce((sum, { amount }) => sum + amount, 0);
  }

  /** Oldest first. */
  async ofPayments(paymentIds: readonly string[]): Promise<Refund[]> {
    if (paymentIds.length === 0) return [];
    const rows = this.db.rows.selectFrom('refund').selectAll();
    const found = rows.where('payment_id', 'in', [...paymentIds]).orderBy('id');
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
    value: { payment: undefined, transfer: undefined, refund: toWire(refund, payment) },
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
  createdAt: row.created_at,
});
