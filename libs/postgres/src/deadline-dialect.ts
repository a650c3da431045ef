import { DomainError } from '@halftone/kernel';
import { remainingMs } from '@halftone/service';
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
import type { Pool, PoolClient } from 'pg';
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
 * Differs from kysely's own driver in three ways: `begin` carries the statement timeout in the same round trip, a rollback over a dead
 * connection does not hide the error that led to it, and errors are translated at the one seam all statements pass.
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
    await connection.run('rollback').catch(() => connection.discard());
  }

  async releaseConnection(connection: Connection): Promise<void> {
    connection.release();
  }

  async destroy(): Promise<void> {
    await this.pool.end();
  }
}

class Connection implements DatabaseConnection {
  private broken = false;

  constructor(private readonly client: PoolClient) {}

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, rowCount, command } = await this.client.query(query.sql, [...query.parameters]).catch(rethrow);
    const changes = command === 'INSERT' || command === 'UPDATE' || command === 'DELETE' || command === 'MERGE';
    return changes ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
  }

  /** Without parameters, so several statements may stand in one; answers the tag of a single one. */
  async run(statement: string): Promise<string | undefined> {
    const { command } = await this.client.query(statement).catch(rethrow);
    return command;
  }

  streamQuery(): never {
    throw new Error('rows are read whole; page with a cursor');
  }

  discard(): void {
    this.broken = true;
  }

  release(): void {
    this.client.release(this.broken);
  }
}

const rethrow = (error: unknown): never => {
  throw translated(error);
};
