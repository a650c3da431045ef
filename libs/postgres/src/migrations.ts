import { createHash } from 'node:crypto';
import { logger, CannotStart } from '@halftone/service';
import type { Pool, PoolClient } from 'pg';
import type { Migration } from './migration';
import { platformMigrations } from './platform-tables';

/**
 * Brings a schema up to date: every migration runs exactly once, in the given order, each in one transaction with its
 * record. Any number of replicas may start at the same time: an advisory lock lets one work, and the others then find nothing
 * to do. A migration that was changed after it ran is an error, because the state of the tables is then unknown.
 */
export async function migrate(pool: Pool, schema: string, migrations: readonly Migration[]): Promise<void> {
  const client = await pool.connect();
  try {
    // A migration may build an index over many rows while other replicas wait.
    await client.query('set statement_timeout = 0');
    await client.query('select pg_advisory_lock(hashtextextended($1, 0))', [`halftone.migrate.${schema}`]);
    await applyMissing(client, schema, [...platformMigrations, ...migrations]);
  } finally {
    // Closing the session releases the lock, also after an error inside a transaction.
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
      throw new CannotStart(`migration ${schema}/${migration.id} was changed after it ran; add a new one instead`);
  }
}

async function apply(client: PoolClient, table: string, { id, up }: Migration, checksum: string): Promise<void> {
  await client.query('begin');
  await client.query(up);
  await client.query(`insert into ${table} (id, checksum) values ($1, $2)`, [id, checksum]);
  await client.query('commit');
  logger('postgres').info({ migration: id }, 'migration applied');
}
