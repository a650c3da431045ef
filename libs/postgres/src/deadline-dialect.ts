import { setTimeout as sleep } from 'node:timers/promises';
import { DomainError } from '@halftone/kernel';
import { currentCall, remainingMs } from '@halftone/service';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from 'kysely';
import {
  DatabaseError,
  type Pool,
  type PoolClient,
  type QueryConfig,
  type QueryResult as PgResult,
  type QueryResultRow,
} from 'pg';
import { LONGEST_STATEMENT_MS } from './connections';
import { isStalePlan, translateError } from './errors';
import { PreparedStatements } from './prepared-statements';

/**
 * The query builder over a pool. It translates errors to the codes of the kernel and gives every statement the
 * caller's deadline.
 */
export const createQueryBuilder = <T>(pool: Pool): Kysely<T> => new Kysely<T>({ dialect: deadlineDialect(pool) });

const deadlineDialect = (pool: Pool): Dialect => ({
  createDriver: () => new DeadlineDriver(pool),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (rows) => new PostgresIntrospector(rows),
});

/**
 * Differs from kysely's own driver in five ways:
 *
 * - The server limits each statement to the rest of the deadline.
 * - A rollback over a dead connection does not hide the first error.
 * - A silent server is given up soon after the deadline; TCP alone would wait a quarter of an hour.
 * - Errors are translated here, where all statements pass.
 * - Statements with parameters are prepared, so the server parses each once per connection. One that is out of date is
 *   prepared again: immediately outside a transaction, and when `Database.tx` runs the work again inside.
 */
class DeadlineDriver implements Driver {
  /** The statement timeout that is set on each connection of the pool, outside transactions. */
  private readonly limits = new WeakMap<PoolClient, number>();
  private readonly statements = new PreparedStatements();

  constructor(private readonly pool: Pool) {}

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    return new Connection(await connectInTime(this.pool), this.limits, this.statements);
  }

  async beginTransaction(connection: Connection, { isolationLevel }: TransactionSettings): Promise<void> {
    await connection.begin(isolationLevel ? `begin isolation level ${isolationLevel}` : 'begin');
  }

  async commitTransaction(connection: Connection): Promise<void> {
    const tag = await connection.commit();
    // PostgreSQL answers COMMIT with ROLLBACK when a statement failed and the work swallowed its error.
    if (tag !== 'COMMIT') throw new DomainError('INTERNAL', 'the transaction had already failed before its commit');
  }

  async rollbackTransaction(connection: Connection): Promise<void> {
    await connection.rollback();
  }

  async releaseConnection(connection: Connection): Promise<void> {
    connection.release();
  }

  async destroy(): Promise<void> {
    await this.pool.end();
  }
}

/** Waits for a free connection until the deadline; a connection that arrives later goes back to the pool. */
async function connectInTime(pool: Pool): Promise<PoolClient> {
  const left = remainingMs();
  const connecting = pool.connect().catch(rethrowConnectError);
  if (left === undefined) return connecting;
  const late = Symbol('late');
  const timer = new AbortController();
  const first = await Promise.race([connecting, sleep(left, late, { signal: timer.signal }).catch(() => late)]).finally(
    () => timer.abort(),
  );
  if (typeof first !== 'symbol') return first;
  connecting.then(
    (client) => client.release(),
    () => undefined,
  );
  throw deadlineExceeded();
}

/** https://node-postgres.com/apis/client#queryconfig; its types lack the timeout. */
type TimedQuery = QueryConfig & { query_timeout: number };

class Connection implements DatabaseConnection {
  private broken = false;
  /** The statement timeout that is set for the running transaction. */
  private transactionLimit: number | undefined;

  constructor(
    private readonly client: PoolClient,
    private readonly limits: WeakMap<PoolClient, number>,
    private readonly statements: PreparedStatements,
  ) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    await this.limit();
    const { rows, rowCount, command } = await this.run<R>(query.sql, [...query.parameters]);
    const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
    return changes ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
  }

  /** The limit is sent in the same round trip. */
  async begin(statement: string): Promise<void> {
    const limit = Math.ceil(remainingMs() ?? LONGEST_STATEMENT_MS);
    const lockMs = currentCall()?.lockMs;
    const lockLimit = lockMs === undefined ? '' : `; set local lock_timeout = ${Math.ceil(lockMs)}`;
    await this.send(`${statement}; set local statement_timeout = ${limit}${lockLimit}`);
    this.transactionLimit = limit;
  }

  /** Returns the command tag. Nothing is committed once the deadline has passed. */
  async commit(): Promise<string> {
    await this.limit();
    const { command } = await this.send('commit');
    this.transactionLimit = undefined;
    return command;
  }

  /** A connection whose rollback fails is not used again; the server rolls back when it closes. */
  async rollback(): Promise<void> {
    if (!this.broken) await this.send('rollback').catch(() => (this.broken = true));
    this.transactionLimit = undefined;
  }

  streamQuery(): never {
    throw new Error('streaming is not supported; use a cursor and pages');
  }

  release(): void {
    this.client.release(this.broken);
  }

  /**
   * Needs a round trip only when the limit that is set is no longer right. Throws DEADLINE_EXCEEDED when no time is
   * left.
   */
  private async limit(): Promise<void> {
    const left = Math.ceil(remainingMs() ?? LONGEST_STATEMENT_MS);
    const isInTx = this.transactionLimit !== undefined;
    const current = this.transactionLimit ?? this.limits.get(this.client) ?? LONGEST_STATEMENT_MS;
    if (current >= left && current <= left + TOLERANCE_MS) return;
    const limit = Math.min(left + TOLERANCE_MS / 2, LONGEST_STATEMENT_MS);
    await this.send(`set ${isInTx ? 'local ' : ''}statement_timeout = ${limit}`);
    if (isInTx) this.transactionLimit = limit;
    else this.limits.set(this.client, limit);
  }

  /** Several statements can be in one text only if it has no parameters; such a text cannot be prepared. */
  private async run<R>(text: string, values: unknown[], isRetry = false): Promise<PgResult<R & QueryResultRow>> {
    const name = values.length === 0 ? undefined : this.statements.nameOf(text);
    if (name === undefined) return this.send<R>(text, values);
    try {
      return await this.send<R>(text, values, name);
    } catch (error) {
      if (!isStalePlan(error)) throw error;
      this.statements.giveUp(name, text);
      // A transaction has failed as a whole by now.
      if (isRetry || this.transactionLimit !== undefined) throw error;
      return this.run<R>(text, values, true);
    }
  }

  /** An error that does not come from the server leaves the connection in an unknown state. */
  private async send<R>(text: string, values?: unknown[], name?: string): Promise<PgResult<R & QueryResultRow>> {
    const query: TimedQuery = {
      text,
      ...(values && { values }),
      ...(name !== undefined && { name }),
      query_timeout: clientTimeoutMs(),
    };
    try {
      return await this.client.query<R & QueryResultRow>(query);
    } catch (error) {
      const isFromServer = error instanceof DatabaseError;
      if (!isFromServer) this.broken = true;
      throw !isFromServer && isPastDeadline() ? deadlineExceeded(error) : translateError(error);
    }
  }
}

/** How far the server's limit may lie beyond the deadline before it is set again; less than the grace period. */
const TOLERANCE_MS = 100;
/** The extra time for the server to report that the deadline passed. */
const GRACE_MS = 500;

const isPastDeadline = (): boolean => (currentCall()?.deadline ?? Infinity) <= Date.now();

function clientTimeoutMs(): number {
  const left = (currentCall()?.deadline ?? Infinity) - Date.now();
  return Math.min(Math.max(0, Math.ceil(left)), LONGEST_STATEMENT_MS) + GRACE_MS;
}

const deadlineExceeded = (cause?: unknown) =>
  new DomainError('DEADLINE_EXCEEDED', 'the database did not answer in time', [], { cause });

const rethrowConnectError = (error: unknown): never => {
  throw isPastDeadline() && !(error instanceof DatabaseError) ? deadlineExceeded(error) : translateError(error);
};
