import { createHash } from 'node:crypto';
import { logger, Unstartable } from '@halftone/service';
import type { Pool, PoolClient } from 'pg';
import { platformMigrations } from './platform-tables';

/** `id` orders and names it (`0001-orders`); `up` is SQL whose unqualified names fall into the service's own schema. */
export interface Migration {
  id: string;
  up: string;
}

/**
 * Brings a schema up to date: every migration runs exactly once, in the order given, each in a transaction of its own together with its
 * record. Any number of replicas may start at once: an advisory lock lets one work while the others wait and then find nothing to do.
 * A migration that was changed after it ran is an error, because nobody can know what the tables look like then.
 */
export async function migrate(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`halftone.migrate.${schema}`]);
    await applyMissing(client, schema, [...platformMigrations, ...migrations]);
  } finally {
    // Closing the session gives the lock back, also after an error in the middle of a transaction.
    client.release(true);
  }
}

async function applyMissing(client: PoolClient, schema: string, migrations: readonly Migration[]): Promise<void> {
  const table = `${client.escapeIdentifier(schema)}.migration`;
  await client.query(
    `create table if not exists ${table} (id text primary key, checksum text not null, applied_at timestamptz not null default now())`,
  );
  await client.query(`set search_path = ${client.escapeIdentifier(schema)}`);
  const { rows } = await client.query<{ id: string; checksum: string }>(`select id, checksum from ${table}`);
  const applied = new Map(rows.map((row) => [row.id, row.checksum]));
  for (const migration of migrations) {
    const checksum = createHash('sha256').update(migration.up).digest('hex');
    const known = applied.get(migration.id);
    if (known === undefined) await apply(client, table, migration, checksum);
    else if (known !== checksum)
      throw new Unstartable(`migration ${schema}/${migration.id} was changed after it ran; add a new one instead`);
  }
}

async function apply(client: PoolClient, table: string, { id, up }: Migration, checksum: string): Promise<void> {
  await client.query('begin');
  await client.query(up);
  await client.query(`insert into ${table} (id, checksum) values ($1, $2)`, [id, checksum]);
  await client.query('commit');
  logger('postgres').info({ migration: id }, 'migration applied');
}
