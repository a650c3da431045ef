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
import { translated } from './errors';

/** The query builder over a pool, with the kernel's words for errors and the caller's deadline in every transaction. */
export const openRows = <T>(pool: Pool): Kysely<T> => new Kysely<T>({ dialect: deadlineDialect(pool) });

const deadlineDialect = (pool: Pool): Dialect => ({
  createDriver: () => new DeadlineDriver(pool),
  createQueryCompiler: () => new PostgresQueryCompiler(),
  createAdapter: () => new PostgresAdapter(),
  createIntrospector: (rows) => new PostgresIntrospector(rows),
});

/**
 * Differs from kysely's own driver in four ways: `begin` carries the statement timeout in the same round trip, a rollback over a dead
 * connection does not hide the error that led to it, a server that vanished without a word is given up soon after the deadline (TCP alone
 * would wait a quarter of an hour), and errors are translated at the one seam all statements pass.
 */
class DeadlineDriver implements Driver {
  constructor(private readonly pool: Pool) {}

  async init(): Promise<void> {}

  async acquireConnection(): Promise<Connection> {
    return new Connection(await this.pool.connect().catch(rethrow));
  }

  async beginTransaction(connection: Connection, { isolationLevel }: TransactionSettings): Promise<void> {
    const begin = isolationLevel ? `begin isolation level ${isolationLevel}` : 'begin';
    const left = remainingMs();
    await connection.run(left === undefined ? begin : `${begin}; set local statement_timeout = ${Math.ceil(left)}`);
  }

  async commitTransaction(connection: Connection): Promise<void> {
    const tag = await connection.run('commit');
    // PostgreSQL answers COMMIT with ROLLBACK when a statement had failed and its error was swallowed by the work.
    if (tag !== 'COMMIT') throw new DomainError('INTERNAL', 'the transaction had failed before its commit');
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

/** https://node-postgres.com/apis/client#queryconfig, where its types lack the timeout. */
type TimedQuery = QueryConfig & { query_timeout: number };

class Connection implements DatabaseConnection {
  private broken = false;

  constructor(private readonly client: PoolClient) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, rowCount, command } = await this.ask<R>(query.sql, [...query.parameters]);
    const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
    return changes ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
  }

  /** Without parameters, so several statements may stand in one; answers the tag of a single one. */
  async run(statement: string): Promise<string | undefined> {
    const { command } = await this.ask(statement);
    return command;
  }

  /** A connection that can't do that is not used again; the server rolls back by itself when it closes. */
  async rollback(): Promise<void> {
    if (!this.broken) await this.run('rollback').catch(() => (this.broken = true));
  }

  streamQuery(): never {
    throw new Error('rows are read whole; page with a cursor');
  }

  release(): void {
    this.client.release(this.broken);
  }

  /** Whatever the server did not say itself leaves the connection in an unknown state. */
  private async ask<R>(text: string, values?: unknown[]): Promise<PgResult<R & QueryResultRow>> {
    const query: TimedQuery = { text, ...(values && { values }), query_timeout: patienceMs() };
    try {
      return await this.client.query<R & QueryResultRow>(query);
    } catch (error) {
      if (!(error instanceof DatabaseError)) this.broken = true;
      throw translated(error);
    }
  }
}

/** What the server may take beyond the deadline to say that it passed, and how long anything may take that has no deadline. */
const graceMs = 500;
const longestMs = 30_000;

function patienceMs(): number {
  const left = (currentCall()?.deadline ?? Infinity) - Date.now();
  return Math.min(Math.max(0, Math.ceil(left)) + graceMs, longestMs);
}

const rethrow = (error: unknown): never => {
  throw translated(error);
};
