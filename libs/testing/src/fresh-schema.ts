import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { engines } from './engines';

export interface FreshSchema {
  /** The URL of the role that owns the schema and nothing else, as in production. */
  url: string;
  /** The name of its database and its role. */
  name: string;
  /** Runs a statement as superuser. */
  alter(statement: string): Promise<void>;
  /** Closes every connection to the database, then removes it and its role. */
  drop(): Promise<void>;
}

/** An empty schema in its own database, so tests of one schema name can run in parallel. */
export async function freshSchema(schema: string): Promise<FreshSchema> {
  const name = `test_${schema.replaceAll('-', '_')}_${randomBytes(6).toString('hex')}`;
  const { databaseUrl } = engines();
  await run(databaseUrl, [`create role ${name} login password '${name}'`, `create database ${name} owner ${name}`]);
  const inside = new URL(databaseUrl);
  inside.pathname = `/${name}`;
  await run(inside.href, [
    `create schema "${schema}" authorization ${name}`,
    `alter role ${name} in database ${name} set search_path = "${schema}"`,
  ]);
  const own = new URL(inside);
  own.username = name;
  own.password = name;
  // On a busy test machine a connection may take long; the server is not down.
  own.searchParams.set('connect_timeout', '30');
  return {
    url: own.href,
    name,
    alter: (statement) => run(inside.href, [statement]),
    drop: () => run(databaseUrl, [`drop database ${name} with (force)`, `drop role ${name}`]),
  };
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
