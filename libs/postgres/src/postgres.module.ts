import { type DynamicModule, Module } from '@nestjs/common';
import { part, startAndStop } from '@halftone/service';
import { openPool } from './connections';
import { Database } from './database';
import { setKeyLifetime } from './idempotency.store';
import { measurePool, measureTransactions } from './metrics';
import type { Migration } from './migration';
import { OutboxRelay } from './outbox-relay';
import { type RetentionRule, Reaper } from './reaper';

interface PostgresOptions {
  url: string;
  poolSize: number;
  /** It belongs to the role of the URL and is its search_path. */
  schema: string;
  /** The service's own tables, in order; the platform's come first automatically. */
  migrations: readonly Migration[];
  /** How long idempotency keys are kept; 24 by default. */
  idempotencyTtlHours?: number;
  /** Which rows of the service's own tables expire. */
  retention?: readonly RetentionRule[];
}

/**
 * Provides one Database, one OutboxRelay and a Reaper for the process. The tables exist before anything is served or
 * consumed.
 */
@Module({})
export class PostgresModule {
  static forRoot(options: PostgresOptions): DynamicModule {
    return {
      module: PostgresModule,
      global: true,
      providers: [
        { provide: OutboxRelay, useFactory: () => new OutboxRelay(options.url, options.schema) },
        {
          provide: Database,
          inject: [OutboxRelay],
          useFactory: (relay: OutboxRelay) => openDatabase(options, relay),
        },
        {
          provide: Reaper,
          inject: [Database],
          useFactory: (database: Database) => new Reaper(database.rows, { rules: options.retention ?? [] }),
        },
        startAndStopOf(options),
      ],
      exports: [Database, OutboxRelay],
    };
  }
}

function openDatabase({ url, poolSize, schema, idempotencyTtlHours }: PostgresOptions, relay: OutboxRelay): Database {
  if (idempotencyTtlHours) setKeyLifetime(idempotencyTtlHours);
  const pool = openPool(url, poolSize, schema);
  const database = new Database(pool, () => relay.wake());
  measurePool(pool);
  measureTransactions(database);
  return database;
}

function startAndStopOf({ schema, migrations }: PostgresOptions) {
  const checkServer = 'check DATABASE_URL, its role and password, and that PostgreSQL listens there';
  const checkSchema = `check that schema ${schema} exists and belongs to the role of DATABASE_URL`;
  return startAndStop({
    connect: [part('postgres', Database, (it) => it.ping(), checkServer)],
    migrate: [part('migrations', Database, (it) => it.migrate(schema, migrations), checkSchema)],
    consume: [part('reaper', Reaper, (it) => it.start())],
    yield: [part('reaper', Reaper, (it) => it.stop())],
    close: [part('postgres', Database, (it) => it.close())],
  });
}
