/**
 * Reads what PostgreSQL counts. Statements come from pg_stat_statements: each execution counts, BEGIN and COMMIT too, statements inside of
 * functions do not. Commits are the transactions that got an id, those that write. `xact_commit` of pg_stat_database would count reading
 * ones too, but sessions report it up to ten seconds late, and some runs are over in less than a second.
 */
import { Client } from 'pg';

export interface SqlCounts {
  /** Undefined when this PostgreSQL has no pg_stat_statements. */
  statements: number | undefined;
  commits: number;
}

const library = 'pg_stat_statements';

const databaseOf = (url: string, name: string): string => {
  const other = new URL(url);
  other.pathname = `/${name}`;
  return other.href;
};

async function withServer<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: databaseOf(url, 'postgres') });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The library is loaded when PostgreSQL starts, which `restart` does. */
export async function countStatements(url: string, restart: () => Promise<void>): Promise<void> {
  const isThere = await withServer(url, async (client) => {
    const { rows } = await client.query('select from pg_available_extensions where name = $1', [library]);
    if (rows.length > 0) await client.query(`alter system set shared_preload_libraries = '${library}'`);
    return rows.length > 0;
  });
  if (!isThere) return;
  await restart();
  await withServer(url, (client) => client.query(`create extension if not exists ${library}`));
}

/** Statements of the database that the URL names, commits of the whole server. */
export const readSqlCounts = (url: string): Promise<SqlCounts> =>
  withServer(url, async (client) => {
    const one = async (text: string, ...values: string[]) => {
      const { rows } = await client.query<[string | null]>({ text, values, rowMode: 'array' });
      return rows[0]?.[0] ?? null;
    };
    const commits = Number(await one('select pg_snapshot_xmax(pg_current_snapshot())::text'));
    if ((await one(`select to_regclass('${library}')::text`)) === null) return { commits, statements: undefined };
    const calls = `select coalesce(sum(calls), 0)::text from ${library} join pg_database on oid = dbid where datname = $1`;
    return { commits, statements: Number(await one(calls, new URL(url).pathname.slice(1))) };
  });
