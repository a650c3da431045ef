import { setTimeout as sleep } from 'node:timers/promises';
import { remainingMs, SpanKind, stopwatch, withSpan } from '@halftone/service';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Pool } from 'pg';
import { callbacksOf } from './after-commit';
import { createQueryBuilder } from './deadline-dialect';
import { isConflict } from './errors';
import { transactionSeconds } from './metrics';
import type { Migration } from './migration';
import { migrate } from './migrations';
import { bufferEvents, insertBuffered } from './outbox';
import { TransactionLimiter } from './transaction-limiter';
import type { PlatformTables } from './platform-tables';

/** A running transaction of a service with the tables `T`. Stores write only through it. */
export type Tx<T = object> = Transaction<T & PlatformTables>;

const ATTEMPTS = 4;

/** https://opentelemetry.io/docs/specs/semconv/db/postgresql/ */
const transaction = { 'db.system.name': 'postgresql', 'db.operation.name': 'transaction' };

/**
 * The tables of one service. Guarantees:
 *
 * - `tx` commits all of the work or nothing.
 * - `tx` runs the work again after a deadlock, a serialization failure, or a migration that changed the columns of a prepared statement. So the
 *   work must have no effect outside the transaction.
 * - No statement outlives the deadline of its call.
 * - The relay is woken for new outbox rows only after they are committed.
 * - Reads get a connection while transactions wait, and one customer's transactions never hold all of them (TransactionLimiter).
 *
 * Throws UNAVAILABLE when the server is unreachable. The outcome of a commit is then unknown; idempotency keys and
 * inboxes exist for that. Throws DEADLINE_EXCEEDED after the deadline, also when a silent server used up the time.
 *
 * The address of the server is resolved again for each connection.
 */
export class Database<T = object> {
  /** For reads outside a transaction. */
  readonly rows: Kysely<T & PlatformTables>;

  private readonly limiter: TransactionLimiter;

  constructor(
    private readonly pool: Pool,
    private readonly onAppended: () => void = () => undefined,
  ) {
    this.rows = createQueryBuilder<T & PlatformTables>(pool);
    this.limiter = new TransactionLimiter(pool.options.max);
  }

  /**
   * Must not be called inside the work of another transaction: that would hold one connection and wait for a second.
   */
  tx<R>(work: (tx: Tx<T>) => Promise<R>): Promise<R> {
    return withSpan(
      'transaction',
      transaction,
      () => this.limiter.forCaller(() => this.runWithRetries(work)),
      SpanKind.CLIENT,
    );
  }

  /** Transactions that wait in the queue and have no connection yet. */
  get waitingTransactions(): number {
    return this.limiter.waiting;
  }

  /** Throws while the server is unreachable. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.rows);
  }

  migrate(schema: string, migrations: readonly Migration[]): Promise<void> {
    return migrate(this.pool, schema, migrations);
  }

  async close(): Promise<void> {
    await this.rows.destroy();
  }

  private async runWithRetries<R>(work: (tx: Tx<T>) => Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.runOnce(work);
      } catch (error) {
        if (!isConflict(error) || attempt === ATTEMPTS) throw error;
        remainingMs();
        await sleep(Math.random() * 20 * attempt);
      }
    }
  }

  private async runOnce<R>(work: (tx: Tx<T>) => Promise<R>): Promise<R> {
    const seconds = stopwatch();
    let outcome = 'rolled-back';
    try {
      const answer = await this.limiter.forConnection(() => this.commit(work));
      outcome = 'committed';
      return answer;
    } finally {
      transactionSeconds.observe({ outcome }, seconds());
    }
  }

  private async commit<R>(work: (tx: Tx<T>) => Promise<R>): Promise<R> {
    let appended = false;
    let callbacks: ReturnType<typeof callbacksOf> = [];
    const result = await this.rows.transaction().execute(async (tx) => {
      bufferEvents(tx);
      const answer = await work(tx);
      appended = await insertBuffered(tx);
      callbacks = callbacksOf(tx);
      return answer;
    });
    if (appended) this.onAppended();
    for (const callback of callbacks) await callback();
    return result;
  }
}
