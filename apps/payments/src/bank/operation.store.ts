import { afterCommit, Database, type Tx, Wakeup } from '@halftone/postgres';
import { traceparent } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { type Selectable, sql } from 'kysely';
import type { PaymentsTables } from '../tables';
import type { BankOutcome } from './bank';
import { type Held, type Operation, type Patience, sentUntilOf, take, type Waiting } from './operation';

type Row = Selectable<PaymentsTables['bank_operation']>;

export const PATIENCE = Symbol('PATIENCE');

/** No lease and no pause is as long: one that seems to be was written before the database's clock was put back. */
const longestWait = '1 minute';
const isOver = (column: 'lease_until' | 'next_try_at') =>
  sql<boolean>`not (${sql.ref(column)} > clock_timestamp() and ${sql.ref(column)} < clock_timestamp() + ${longestWait}::interval)`;
const fromNow = (ms: number) => sql<Date>`clock_timestamp() + ${`${ms} milliseconds`}::interval`;

/** What the bank has to be asked. All leases are measured by the database's clock, the only one that all processes share. */
@Injectable()
export class OperationStore {
  constructor(
    private readonly db: Database<PaymentsTables>,
    private readonly wakeup: Wakeup,
    @Inject(PATIENCE) private readonly patience: Patience,
  ) {}

  /** Free to be taken, by this process's completer as soon as it is committed. */
  async insert(tx: Tx<PaymentsTables>, operation: Operation): Promise<void> {
    await tx
      .insertInto('bank_operation')
      .values(free(toRow(operation)))
      .execute();
    afterCommit(tx, () => this.wakeup.signal());
  }

  /** For the request that brought it: nobody else sees it before that request has had its lease. */
  async insertHeld(tx: Tx<PaymentsTables>, operation: Operation, leaseMs: number): Promise<Held> {
    const row = toRow(operation);
    const inserted = tx
      .insertInto('bank_operation')
      .values(row)
      .returning(sql<Date>`clock_timestamp()`.as('now'));
    return this.hold(tx, { ...row, ...(await inserted.executeTakeFirstOrThrow()) }, leaseMs);
  }

  /** The one that has been free for longest, if any; processes that ask at the same moment get different ones (SKIP LOCKED). */
  async take(tx: Tx<PaymentsTables>, leaseMs: number): Promise<Held | undefined> {
    const free = await tx
      .selectFrom('bank_operation')
      .selectAll()
      .select(sql<Date>`clock_timestamp()`.as('now'))
      .where('state', '=', 'waiting')
      .where(isOver('lease_until'))
      .where(isOver('next_try_at'))
      .orderBy('next_try_at')
      .limit(1)
      .forUpdate()
      .skipLocked()
      .executeTakeFirst();
    return free && this.hold(tx, free, leaseMs);
  }

  /**
   * Locks the row to the end of the transaction, so that nobody can take it in between; false if somebody has taken it since, or it has
   * ended. Everything a holder writes stands behind this.
   */
  async isHeld(tx: Tx<PaymentsTables>, { reference, fence }: Held): Promise<boolean> {
    const mine = tx.selectFrom('bank_operation').select('reference').where('reference', '=', reference);
    return (
      (await mine.where('fence', '=', fence).where('state', '=', 'waiting').forUpdate().executeTakeFirst()) !==
      undefined
    );
  }

  async end(tx: Tx<PaymentsTables>, { reference, fence }: Held, outcome: BankOutcome): Promise<void> {
    const end =
      outcome.state === 'booked'
        ? ({ state: 'done', bank_transaction_id: outcome.transactionId } as const)
        : ({ state: 'refused', refusal: outcome.code } as const);
    const ended = tx.updateTable('bank_operation').set(end);
    await ended.where('reference', '=', reference).where('fence', '=', fence).execute();
  }

  /** Free again after the delay. `sent` says whether a message may have reached the bank in this attempt. */
  async release(held: Held, delayMs: number, sent: boolean): Promise<void> {
    const freed = this.db.rows.updateTable('bank_operation').set({
      lease_until: fromNow(0),
      next_try_at: fromNow(delayMs),
      sent_until: sent ? sentUntilOf(held) : held.sentUntil,
    });
    await freed.where('reference', '=', held.reference).where('fence', '=', held.fence).execute();
  }

  async remove(tx: Tx<PaymentsTables>, { reference, fence }: Held): Promise<void> {
    await tx.deleteFrom('bank_operation').where('reference', '=', reference).where('fence', '=', fence).execute();
  }

  /** How many the bank has not answered, and the age of the oldest. */
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

  private async hold(tx: Tx<PaymentsTables>, row: Row & { now: Date }, leaseMs: number): Promise<Held> {
    const held = take(toWaiting(row), leaseMs, this.patience, row.now);
    const taken = tx.updateTable('bank_operation').set({
      fence: held.fence,
      attempts: held.attempts,
      lease_until: held.leaseUntil,
      sent_until: sentUntilOf(held),
    });
    await taken.where('reference', '=', held.reference).execute();
    return held;
  }
}

/** By the database's clock, as everything that is compared with it. */
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

const toWaiting = (row: Row): Waiting => ({
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
