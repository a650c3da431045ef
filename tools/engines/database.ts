/** One database, and in it one role and one schema per service: no service can read another's rows. Safe to repeat. */
import pg from 'pg';
import { explain } from './postgres.ts';
import { databaseServices, loadSecrets } from './secrets.ts';
import type { DatabaseService } from './secrets.ts';

const databaseName = 'halftone';
const roleOf = (service: DatabaseService) => `halftone_${service}`;

/** The superuser's URL of the prepared database. A URL that already names a database of its own keeps it. */
export async function prepareDatabase(serverUrl: string): Promise<string> {
  const url = new URL(serverUrl);
  if (['', '/', '/postgres'].includes(url.pathname)) {
    await withClient(serverUrl, createDatabase);
    url.pathname = `/${databaseName}`;
  }
  await withClient(url.href, createSchemas);
  return url.href;
}

/** The URL with which a service connects: its own role. */
export function serviceUrl(databaseUrl: string, service: DatabaseService): string {
  const url = new URL(databaseUrl);
  url.username = roleOf(service);
  url.password = loadSecrets().rolePasswords[service];
  return url.href;
}

async function createDatabase(client: pg.Client): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [databaseName]);
  if (!rowCount) await client.query(`create database ${databaseName}`);
}

async function createSchemas(client: pg.Client): Promise<void> {
  const { rows: superuser } = await client.query('select 1 from pg_roles where rolname = current_user and rolsuper');
  const { rows } = await client.query<{ name: string }>('select current_database() as name');
  const database = client.escapeIdentifier(rows[0]?.name ?? databaseName);
  const { rolePasswords } = loadSecrets();
  for (const service of databaseServices) {
    const role = roleOf(service);
    const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [role]);
    if (!rowCount) await client.query(`create role ${role}`);
    await client.query(`alter role ${role} with login password ${client.escapeLiteral(rolePasswords[service])}`);
    // Only a member of a role may give it a schema; a superuser may anyway.
    if (superuser.length === 0) await client.query(`grant ${role} to current_user`);
    await client.query(`create schema if not exists ${service} authorization ${role}`);
    await client.query(`alter role ${role} in database ${database} set search_path = ${service}`);
  }
  await client.query(`revoke create on schema public from public`);
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  try {
    await client.connect();
    await work(client);
  } catch (error) {
    throw explain(error);
  } finally {
    await client.end();
  }
}
