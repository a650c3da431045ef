import { topics } from '@halftone/contracts';
import { afterCommit, appendEvent, Database, type Tx } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import type { Selectable } from 'kysely';
import type { PaymentsTables } from '../tables';
import type { DeclineReason, Payment } from './payment';
import { countPayment } from './payment.metrics';
import { subjectOf, toWire } from './wire';

type Row = Selectable<PaymentsTables['payment']>;

/** Whose payments may be seen: one customer's, or everybody's. */
export interface Scope {
  customer?: string;
}

/** Payments. Storing one and telling the world is one step. */
@Injectable()
export class PaymentStore {
  constructor(private readonly db: Database<PaymentsTables>) {}

  /** `transactionId` is the ledger transaction that moved the money; undefined for a declined payment. */
  async insert(tx: Tx<PaymentsTables>, payment: Payment, transactionId: string | undefined): Promise<void> {
    await tx.insertInto('payment').values(toRow(payment, transactionId)).execute();
    await appendEvent(tx, {
      topic: topics.payments,
      type: `payment.${payment.status}`,
      subject: subjectOf(payment),
      key: payment.customer,
      sequence: 1,
      value: { payment: toWire(payment), transfer: undefined },
      time: payment.createdAt,
    });
    afterCommit(tx, () => countPayment(payment));
  }

  async hasOrder(tx: Tx<PaymentsTables>, orderId: string): Promise<boolean> {
    return (
      (await tx.selectFrom('payment').select('id').where('order_id', '=', orderId).executeTakeFirst()) !== undefined
    );
  }

  /** Those that exist and are in scope, in no order. */
  async find(scope: Scope, ids: readonly string[]): Promise<Payment[]> {
    if (ids.length === 0) return [];
    return (
      await this.inScope(scope)
        .where('id', 'in', [...ids])
        .execute()
    ).map(toPayment);
  }

  async findByOrder(scope: Scope, orderIds: readonly string[]): Promise<Payment[]> {
    if (orderIds.length === 0) return [];
    return (
      await this.inScope(scope)
        .where('order_id', 'in', [...orderIds])
        .execute()
    ).map(toPayment);
  }

  /** Newest first, at most `limit`, those older than `before`. */
  async list(scope: Scope, limit: number, before?: string): Promise<Payment[]> {
    let query = this.inScope(scope);
    if (before) query = query.where('id', '<', before);
    return (await query.orderBy('id', 'desc').limit(limit).execute()).map(toPayment);
  }

  private inScope({ customer }: Scope) {
    const query = this.db.rows.selectFrom('payment').selectAll();
    return customer === undefined ? query : query.where('customer', '=', customer);
  }
}

const toRow = (payment: Payment, transactionId: string | undefined): Row => ({
  id: payment.id,
  customer: payment.customer,
  order_id: payment.orderId,
  status: payment.status,
  amount: payment.amount,
  currency: payment.currency,
  description: payment.description,
  reason: payment.status === 'declined' ? payment.reason : null,
  transaction_id: transactionId ?? null,
  created_at: payment.createdAt,
});

function toPayment({
  id,
  customer,
  order_id: orderId,
  status,
  amount,
  currency,
  description,
  reason,
  created_at,
}: Row): Payment {
  const facts = { id, customer, orderId, amount, currency, description, createdAt: created_at };
  // The table refuses a declined payment without a reason, and only `toRow` writes one.
  return status === 'declined' ? { ...facts, status, reason: reason as DeclineReason } : { ...facts, status };
}
