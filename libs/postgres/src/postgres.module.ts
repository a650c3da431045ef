import { type DynamicModule, Module } from '@nestjs/common';
import { Lifecycle } from '@halftone/service';
import { openPool } from './connections';
import { Database } from './database';
import type { Migration } from './migrations';
import { OutboxRelay } from './outbox-relay';

export interface PostgresOptions {
  url: string;
  poolSize: number;
  /** Owned by the role of the URL, whose search_path it is. */
  schema: string;
  /** The service's own tables, in order; those of the platform come first by themselves. */
  migrations: readonly Migration[];
}

/** Gives the whole process one Database and one OutboxRelay; the tables exist before anything is served or consumed. */
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
  { url, poolSize, schema, migrations }: PostgresOptions,
  lifecycle: Lifecycle,
  relay: OutboxRelay,
): Database {
  const database = new Database(openPool(url, poolSize, schema), () => relay.poke());
  lifecycle.onStart('connect', 'postgres', () => database.ping());
  lifecycle.onStart('migrate', 'migrations', () => database.migrate(schema, migrations));
  lifecycle.onStop('close', 'postgres', () => database.close());
  lifecycle.readyCheck('postgres', () => database.ping());
  return database;
}
