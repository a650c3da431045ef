import { afterCommit, Database, type Tx } from '@halftone/postgres';
import { traceparent, Wakeup } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import type { PaymentsTables } from '../tables';
import type { BankOutcome } from './bank';
import {
  lease,
  type LeasedOperation,
  type Operation,
  type OperationKind,
  type RetryLimits,
  sentUntilOf,
  type WaitingOperation,
} from './operation';

type Row = Selectable<PaymentsTables['bank_operation']>;

export const RETRY_LIMITS = Symbol('RETRY_LIMITS');

/** Longer than any lease or retry delay. A longer one was written before the database clock was set back. */
const maxWait = sql`interval '1 minute'`;
/** A subquery is evaluated once, so that the index can be searched for its value. */
const due = sql<boolean>`next_try_at <= (select clock_timestamp())`;
const clockWasSetBack = sql<boolean>`next_try_at >= (select clock_timestamp() + ${maxWait})`;
/** A lease also moves `next_try_at`. Earlier versions moved only `lease_until`, so both are checked. */
const leaseHasExpired = sql<boolean>`not (lease_until > clock_timestamp() and lease_until < clock_timestamp() + ${maxWait})`;
const fromNow = (ms: number) => sql<Date>`clock_timestamp() + ${`${ms} milliseconds`}::interval`;

/** Bank operations. The database clock measures all leases, because all processes share it. */
@Injectable()
export class OperationStore {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly wakeup: Wakeup,
    @Inject(RETRY_LIMITS) private readonly limits: RetryLimits,
  ) {}

  /** Free for any worker; wakes the worker of this process after the commit. */
  async insert(tx: Tx<PaymentsTables>, operation: Operation): Promise<void> {
    await tx
      .insertInto('bank_operation')
      .values(free(toRow(operation)))
      .execute();
    afterCommit(tx, () => this.wakeup.signal());
  }

  /** Leased by the request that creates it: no worker sees the operation before that lease has expired. */
  async insertLeased<K extends OperationKind>(
    tx: Tx<PaymentsTables>,
    operation: Operation<K>,
    leaseMs: number,
  ): Promise<LeasedOperation<K>> {
    const row = toRow(operation);
    const inserted = tx
      .insertInto('bank_operation')
      .values(row)
      .returning(sql<Date>`clock_timestamp()`.as('now'));
    const leased = await this.lease(tx, { ...row, ...(await inserted.executeTakeFirstOrThrow()) }, leaseMs);
    return { ...leased, kind: operation.kind };
  }

  /**
   * Leases the operation that has been due longest, if any. Concurrent processes get different ones (SKIP LOCKED).
   * Reads few rows, however many are leased or wait for their next attempt.
   */
  async leaseNext(tx: Tx<PaymentsTables>, leaseMs: number): Promise<LeasedOperation | undefined> {
    const free = (await this.first(tx, due)) ?? (await this.first(tx, clockWasSetBack));
    return free && this.lease(tx, free, leaseMs);
  }

  /**
   * Locks the row until the transaction ends. False if another process has leased it since, or if it has ended.
   * Every write of a lease holder must check this first.
   */
  async lockLeased(tx: Tx<PaymentsTables>, { reference, fence }: LeasedOperation): Promise<boolean> {
    const mine = tx.selectFrom('bank_operation').select('reference').where('reference', '=', reference);
    return (
      (await mine.where('fence', '=', fence).where('state', '=', 'waiting').forUpdate().executeTakeFirst()) !==
      undefined
    );
  }

  async end(tx: Tx<PaymentsTables>, { reference, fence }: LeasedOperation, outcome: BankOutcome): Promise<void> {
    const end =
      outcome.state === 'booked'
        ? ({ state: 'done', bank_transaction_id: outcome.transactionId } as const)
        : ({ state: 'refused', refusal: outcome.code } as const);
    const ended = tx.updateTable('bank_operation').set(end);
    await ended.where('reference', '=', reference).where('fence', '=', fence).execute();
  }

  /** Frees it after the delay. `sent`: a message of this attempt may have reached the bank. */
  async release(leased: LeasedOperation, delayMs: number, sent: boolean): Promise<void> {
    const freed = this.db.rows.updateTable('bank_operation').set({
      lease_until: fromNow(0),
      next_try_at: fromNow(delayMs),
      sent_until: sent ? sentUntilOf(leased) : leased.sentUntil,
    });
    await freed.where('reference', '=', leased.reference).where('fence', '=', leased.fence).execute();
  }

  async remove(tx: Tx<PaymentsTables>, { reference, fence }: LeasedOperation): Promise<void> {
    await tx.deleteFrom('bank_operation').where('reference', '=', reference).where('fence', '=', fence).execute();
  }

  /** The number of operations without an answer, and the age of the oldest. Reads a row for each, so call it rarely. */
  async backlog(): Promise<{ waiting: number; oldestSeconds: number }> {
    return this.db.rows
      .selectFrom('bank_operation')
      .select([
        ({ fn }) => fn.countAll<number>().as('waiting'),
        sql<number>`coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8`.as('oldestSeconds'),
      ])
      .where('state', '=', 'waiting')
      .executeTakeFirstOrThrow();
  }

  private first(tx: Tx<PaymentsTables>, condition: typeof due): Promise<(Row & { now: Date }) | undefined> {
    return tx
      .selectFrom('bank_operation')
      .selectAll()
      .select(sql<Date>`clock_timestamp()`.as('now'))
      .where('state', '=', 'waiting')
      .where(condition)
      .where(leaseHasExpired)
      .orderBy('next_try_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
  }

  private async lease(tx: Tx<PaymentsTables>, row: Row & { now: Date }, leaseMs: number): Promise<LeasedOperation> {
    const leased = lease(toWaiting(row), leaseMs, this.limits, row.now);
    const update = tx.updateTable('bank_operation').set({
      fence: leased.fence,
      attempts: leased.attempts,
      lease_until: leased.leaseUntil,
      next_try_at: leased.leaseUntil,
      sent_until: sentUntilOf(leased),
    });
    await update.where('reference', '=', leased.reference).execute();
    return leased;
  }
}

/** By the database clock, like everything that it is compared with. */
const free = (row: Row) => ({ ...row, lease_until: fromNow(0), next_try_at: fromNow(0) });

const toRow = (operation: Operation): Row => ({
  reference: operation.reference,
  kind: operation.kind,
  payment_id: operation.paymentId,
  refund_id: operation.refundId,
  customer: operation.customer,
  amount: operation.amount,
  currency: operation.currency,
  description: operation.description,
  state: 'waiting',
  refusal: null,
  bank_transaction_id: null,
  fence: 0,
  lease_until: operation.createdAt,
  attempts: 0,
  next_try_at: operation.createdAt,
  sent_until: null,
  claim: operation.claim,
  traceparent: traceparent() ?? null,
  created_at: operation.createdAt,
});

const toWaiting = (row: Row): WaitingOperation => ({
  reference: row.reference,
  kind: row.kind,
  paymentId: row.payment_id,
  refundId: row.refund_id,
  customer: row.customer,
  amount: row.amount,
  currency: row.currency,
  description: row.description,
  fence: row.fence,
  attempts: row.attempts,
  sentUntil: row.sent_until,
  claim: row.claim,
  traceparent: row.traceparent,
  createdAt: row.created_at,
});
