/** The rows of all services as one consistent snapshot of PostgreSQL: no row is newer than another's reading. */
import { Client, types, type CustomTypesConfig } from 'pg';
import { queries } from './row-queries.ts';
import type { Rows } from './row.ts';

export type * from './row.ts';

const int8 = 20;

/** Money and counters are bigint; the schema keeps them within what a number holds exactly. */
const exactNumbers: CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    (oid === int8 ? Number : types.getTypeParser(oid, format)) as ReturnType<typeof types.getTypeParser>,
};

/** Its own short connection, so that a restarted PostgreSQL is no reason to fail the next look. */
export async function withDatabase<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, types: exactNumbers, connectionTimeoutMillis: 5000 });
  // The next statement fails on a lost connection; without a listener the loss would end the process.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export function readRows(url: string): Promise<Rows> {
  return withDatabase(url, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const rows: Record<string, unknown[]> = {};
    for (const [name, query] of Object.entries(queries)) rows[name] = (await client.query(query)).rows;
    await client.query('COMMIT');
    return rows as unknown as Rows;
  });
}
