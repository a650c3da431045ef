import { type DynamicModule, Module } from '@nestjs/common';
import { Lifecycle } from '@halftone/service';
import { openPool } from './connections';
import { Database } from './database';
import { keepKeysFor } from './idempotency.store';
import { measurePool } from './metrics';
import type { Migration } from './migrations';
import { OutboxRelay } from './outbox-relay';
import { Reaper } from './reaper';

export interface PostgresOptions {
  url: string;
  poolSize: number;
  /** Owned by the role of the URL, whose search_path it is. */
  schema: string;
  /** The service's own tables, in order; those of the platform come first by themselves. */
  migrations: readonly Migration[];
  /** How long idempotency keys are remembered; 24 unless told. */
  idempotencyTtlHours?: number;
}

/** Gives the whole process one Database, one OutboxRelay and a Reaper; the tables exist before anything is served or consumed. */
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
          inject: [Lifecycle, OutboxRelay],
          useFactory: (lifecycle: Lifecycle, relay: OutboxRelay) => openDatabase(options, lifecycle, relay),
        },
      ],
      exports: [Database, OutboxRelay],
    };
  }
}

function openDatabase(
  { url, poolSize, schema, migrations, idempotencyTtlHours }: PostgresOptions,
  lifecycle: Lifecycle,
  relay: OutboxRelay,
): Database {
  if (idempotencyTtlHours) keepKeysFor(idempotencyTtlHours);
  const pool = openPool(url, poolSize, schema);
  const database = new Database(pool, () => relay.poke());
  measurePool(pool);
  lifecycle.onStart(
    'connect',
    'postgres',
    () => database.ping(),
    'check DATABASE_URL, its role and password, and that PostgreSQL listens there',
  );
  lifecycle.onStart(
    'migrate',
    'migrations',
    () => database.migrate(schema, migrations),
    `check that schema ${schema} exists and belongs to the role of DATABASE_URL`,
  );
  const reaper = new Reaper(database.rows);
  lifecycle.onStart('consume', 'reaper', async () => reaper.start());
  lifecycle.onStop('yield', 'reaper', () => reaper.stop());
  lifecycle.onStop('close', 'postgres', () => database.close());
  return database;
}
