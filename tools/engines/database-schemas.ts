/**
 * One database, and in it one role and one schema per service: no service can read another's rows.
 * Safe to repeat, and safe when two do it at the same time: the second waits for the first.
 */
import pg from 'pg';
import { databaseServices, type DatabaseService } from '../shop/topology.ts';
import type { Secrets } from './secrets.ts';

const databaseName = 'halftone';

/** Any number that nobody else locks in these databases. */
const lockKey = 4_801_907;

export const roleOf = (service: DatabaseService) => `halftone_${service}`;

/** The superuser's URL of the prepared database. A URL that already names a database of its own keeps it. */
export async function prepareSchemas(serverUrl: string, passwords: Secrets['rolePasswords']): Promise<string> {
  const url = new URL(serverUrl);
  if (['', '/', '/postgres'].includes(url.pathname)) {
    await withClient(serverUrl, createDatabase);
    url.pathname = `/${databaseName}`;
  }
  await withClient(url.href, (client) => createSchemas(client, passwords));
  return url.href;
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
  if (!rowCount) await client.query(`create database ${databaseName}`);
}

async function createSchemas(client: pg.Client, passwords: Secrets['rolePasswords']): Promise<void> {
  const { rows: superuser } = await client.query('select 1 from pg_roles where rolname = current_user and rolsuper');
  const { rows } = await client.query<{ name: string }>('select current_database() as name');
  const database = client.escapeIdentifier(rows[0]?.name ?? databaseName);
  for (const service of databaseServices) {
    const [role, schema] = [roleOf(service), service].map((name) => client.escapeIdentifier(name));
    const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [roleOf(service)]);
    if (!rowCount) await client.query(`create role ${role}`);
    await client.query(`alter role ${role} with login password ${client.escapeLiteral(passwords[service])}`);
    // Only a member of a role may give it a schema; a superuser may anyway.
    if (superuser.length === 0) await client.query(`grant ${role} to current_user`);
    await client.query(`create schema if not exists ${schema} authorization ${role}`);
    await client.query(`alter role ${role} in database ${database} set search_path = ${schema}`);
  }
  await client.query(`revoke create on schema public from public`);
}

/** The lock ends with the connection. */
async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  // A broken connection rejects the running query; it must not end the process too.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.query('select pg_advisory_lock($1)', [lockKey]);
    await work(client);
  } finally {
    await client.end();
  }
}
