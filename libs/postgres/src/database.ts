import { setTimeout as sleep } from 'node:timers/promises';
import { remainingMs, SpanKind, stopwatch, withSpan } from '@halftone/service';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { Pool } from 'pg';
import { workAfter } from './after-commit';
import { openRows } from './deadline-dialect';
import { lostRace } from './errors';
import { transactionSeconds } from './metrics';
import { migrate, type Migration } from './migrations';
import { hasAppended } from './outbox';
import type { PlatformTables } from './platform-tables';

/** A running transaction of a service whose tables are `T`; the only thing stores write through. */
export type Tx<T = object> = Transaction<T & PlatformTables>;

const TRIES = 4;

/** https://opentelemetry.io/docs/specs/semconv/db/postgresql/ */
const transaction = { 'db.system.name': 'postgresql', 'db.operation.name': 'transaction' };

/**
 * The rows of one service. Guarantees: `tx` commits all of the work or nothing; it runs the work again when two transactions collided
 * (so the work must have no effect outside the transaction); no statement of it outlives the deadline of the call it runs in; and the
 * relay hears of new outbox rows only after they are committed. Throws UNAVAILABLE when the server is away: the outcome of a commit
 * is then unknown, which is what idempotency keys and inboxes are for.
 */
export class Database<T = object> {
  /** For reads outside a transaction. */
  readonly rows: Kysely<T & PlatformTables>;

  constructor(
    private readonly pool: Pool,
    private readonly onAppended: () => void = () => undefined,
  ) {
    this.rows = openRows<T & PlatformTables>(pool);
  }

  tx<R>(work: (tx: Tx<T>) => Promise<R>): Promise<R> {
    return withSpan('transaction', transaction, () => this.untilWon(work), SpanKind.CLIENT);
  }

  /** Throws while the server is away. */
  async ping(): Promise<void> {
    await sql`select 1`.execute(this.rows);
  }

  migrate(schema: string, migrations: readonly Migration[]): Promise<void> {
    return migrate(this.pool, schema, migrations);
  }

  async close(): Promise<void> {
    await this.rows.destroy();
  }

  private async untilWon<R>(work: (tx: Tx<T>) => Promise<R>): Promise<R> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.once(work);
      } catch (error) {
        if (!lostRace(error) || attempt === TRIES) throw error;
        remainingMs();
        await sleep(Math.random() * 20 * attempt);
      }
    }
  }

  private async once<R>(work: (tx: Tx<T>) => Promise<R>): Promise<R> {
    const seconds = stopwatch();
    let outcome = 'rolled-back';
    try {
      const answer = await this.commit(work);
      outcome = 'committed';
      return answer;
    } finally {
      transactionSeconds.observe({ outcome }, seconds());
    }
  }

  private async commit<R>(work: (tx: Tx<T>) => Promise<R>): Promise<R> {
    let appended = false;
    let after: readonly (() => void)[] = [];
    const result = await this.rows.transaction().execute(async (tx) => {
      const answer = await work(tx);
      appended = hasAppended(tx);
      after = workAfter(tx);
      return answer;
    });
    if (appended) this.onAppended();
    for (const counted of after) counted();
    return result;
  }
}
