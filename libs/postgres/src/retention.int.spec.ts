import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deadLetterTopicOf, retention, topics } from '@halftone/contracts';
import { freshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { openPool } from './connections';
import { Database } from './database';
import type { Migration } from './migration';

const root = join(__dirname, '../../..');
/** Every service with tables. */
const schemas = readdirSync(join(root, 'apps')).filter((app) =>
  readdirSync(join(root, 'apps', app, 'src')).includes('migrations.ts'),
);

async function tablesOf(schema: string): Promise<string[]> {
  const { migrations } = (await import(join(root, 'apps', schema, 'src/migrations'))) as { migrations: Migration[] };
  const fresh = await freshSchema(schema);
  const database = new Database(openPool(fresh.url, 1, 'test'));
  try {
    await database.migrate(schema, migrations);
    const { rows } = await sql<{ name: string }>`
      select tablename as name from pg_tables where schemaname = ${schema} order by name
    `.execute(database.rows);
    return rows.map(({ name }) => name);
  } finally {
    await database.close();
    await fresh.drop();
  }
}

test('the services with tables', () => {
  expect(schemas).toEqual(['bank', 'images', 'notifications', 'orders', 'payments']);
  expect(Object.keys(retention.serviceTables).sort()).toEqual(schemas);
});

test.each(schemas)('each table of %s has a retention rule, and no rule is for a missing table', async (schema) => {
  const stated = [...Object.keys(retention.platformTables), ...Object.keys(retention.serviceTables[schema] ?? {})];
  expect(await tablesOf(schema)).toEqual(stated.sort());
});

test('docs/retention.md lists the retention of each table and topic, and why', () => {
  const page = readFileSync(join(root, 'docs/retention.md'), 'utf8');
  const row = (name: string, kept: retention.Kept) => `| \`${name}\` | ${retention.inWords(kept)} | ${kept.why} |`;
  const rows = [
    ...Object.entries(topics).map(([key, { name }]) => row(name, retention.topicsKept[key as keyof typeof topics])),
    row(deadLetterTopicOf('GROUP'), retention.deadLettersKept),
    ...Object.entries(retention.platformTables).map(([table, kept]) => row(table, kept)),
    ...Object.entries(retention.serviceTables).flatMap(([schema, tables]) =>
      Object.entries(tables).map(([table, kept]) => row(`${schema}.${table}`, kept)),
    ),
  ];
  expect(page.split('\n').filter((line) => line.startsWith('| `'))).toEqual(rows);
});
