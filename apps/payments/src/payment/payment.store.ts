import { topics } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { afterCommit, anyOf, appendEvent, Database, type Tx } from '@halftone/postgres';
import { counter, planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { PaymentsTables } from '../tables';
import type { Payment, SettledPayment } from './payment';
import { toPayment, toRow } from './payment-row.store';
import { subjectOf, toWire } from './wire';

/** A filter by customer and by order; an absent field matches all. */
export interface Scope {
  customer?: string;
  orderId?: string;
}

/** Stores payments; a settled one together with its event. */
@Injectable()
export class PaymentStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  /** A pending payment has no event. `transactionId` is the ledger transaction of a captured payment. */
  async insert(tx: Tx<PaymentsTables>, payment: Payment, transactionId?: string): Promise<void> {
    await tx.insertInto('payment').values(toRow(payment, transactionId)).execute();
    if (payment.status !== 'pending') await publish(tx, payment, payment.createdAt);
  }

  /** Updates a pending payment to its settled state. */
  async settle(tx: Tx<PaymentsTables>, payment: SettledPayment, now: Date, transactionId?: string): Promise<void> {
    const { status, reason, transaction_id } = toRow(payment, transactionId);
    const settled = tx.updateTable('payment').set({ status, reason, transaction_id });
    await settled.where('id', '=', payment.id).where('status', '=', 'pending').execute();
    await publish(tx, payment, now);
  }

  /** Deletes a pending payment whose debit was certainly not sent. */
  async remove(tx: Tx<PaymentsTables>, id: string): Promise<void> {
    await tx.deleteFrom('payment').where('id', '=', id).where('status', '=', 'pending').execute();
  }

  async saveRefunded(tx: Tx<PaymentsTables>, { id, refunded }: Payment): Promise<void> {
    if (planted('refund.not-counted')) return;
    await tx.updateTable('payment').set({ refunded }).where('id', '=', id).execute();
  }

  /** Locks the payments of this order until the transaction ends, also when it has none yet. */
  async lockOrder(tx: Tx<PaymentsTables>, orderId: string): Promise<void> {
    await sql`select pg_advisory_xact_lock(hashtextextended(${orderId}, 0))`.execute(tx);
  }

  async hasOrder(tx: Tx<PaymentsTables>, orderId: string): Promise<boolean> {
    return (
      (await tx.selectFrom('payment').select('id').where('order_id', '=', orderId).executeTakeFirst()) !== undefined
    );
  }

  /** Locks the payment until the transaction ends. */
  async lock(tx: Tx<PaymentsTables>, scope: Scope, id: string): Promise<Payment | undefined> {
    const row = await inScope(tx, scope).where('id', '=', id).forUpdate().executeTakeFirst();
    return row && toPayment(row);
  }

  /** Locks a payment of any customer. Throws INTERNAL when there is none. */
  async load(tx: Tx<PaymentsTables>, id: string): Promise<Payment> {
    const payment = await this.lock(tx, {}, id);
    if (!payment) throw new DomainError('INTERNAL', `there is no payment ${id}`);
    return payment;
  }

  /** All payments of an order, oldest first. */
  async ofOrder(tx: Tx<PaymentsTables>, scope: Scope & { orderId: string }): Promise<Payment[]> {
    return (await inScope(tx, scope).orderBy('id').execute()).map(toPayment);
  }

  /** The existing payments in scope, in no order. */
  async find(scope: Scope, ids: readonly string[]): Promise<Payment[]> {
    if (ids.length === 0) return [];
    const rows = await inScope(this.db.rows, scope).where(anyOf('id', ids)).execute();
    return rows.map(toPayment);
  }

  /** Oldest first. */
  async findByOrder(scope: Scope, orderIds: readonly string[]): Promise<Payment[]> {
    if (orderIds.length === 0) return [];
    const rows = await inScope(this.db.rows, scope).where(anyOf('order_id', orderIds)).orderBy('id').execute();
    return rows.map(toPayment);
  }

  /** Newest first, at most `limit`, older than `before`. */
  async list(scope: Scope, limit: number, before?: string): Promise<Payment[]> {
    let query = inScope(this.db.rows, scope);
    if (before) query = query.where('id', '<', before);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(toPayment);
  }
}

function inScope(rows: Pick<Tx<PaymentsTables>, 'selectFrom'>, { customer, orderId }: Scope) {
  let query = rows.selectFrom('payment').selectAll();
  if (customer !== undefined) query = query.where('customer', '=', customer);
  if (orderId !== undefined) query = query.where('order_id', '=', orderId);
  return query;
}

async function publish(tx: Tx<PaymentsTables>, payment: SettledPayment, time: Date): Promise<void> {
  await appendEvent(tx, {
    topic: topics.payments,
    type: `payment.${payment.status}`,
    subject: subjectOf(payment),
    key: payment.customer,
    sequence: 1,
    value: { payment: toWire(payment), transfer: undefined, refund: undefined, refundRequest: undefined },
    time,
  });
  afterCommit(tx, () => countPayment(payment));
}

const payments = counter('payments_total', 'Payments by outcome', {
  method: ['wallet', 'bank'],
  outcome: ['captured', 'declined'],
});

export const countPayment = ({ method, status }: Payment): void => payments.inc({ method, outcome: status });
