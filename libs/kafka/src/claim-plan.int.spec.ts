/** The query for due parked events reads few rows, however many wait. */
import { Database, openPool } from '@halftone/postgres';
import { freshSchema, type FreshSchema } from '@halftone/testing';
import { sql } from 'kysely';
import { claimStatement } from './claim-statement';

let schema: FreshSchema;
let database: Database;

beforeAll(async () => {
  schema = await freshSchema('plan');
  database = new Database(openPool(schema.url, 2, 'test'));
  await database.migrate('plan', []);
});
afterAll(async () => {
  await database.close();
  await schema.drop();
});

interface Node {
  'Node Type': string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: Node[];
}

const nodesOf = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const rowsRead = (node: Node) => (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];

/** Writes 200,000 rows into one partition; `due` of them are due. */
async function fill(key: ReturnType<typeof sql>, state: string, due: number): Promise<void> {
  await sql`truncate parked_event`.execute(database.rows);
  await sql`
    insert into parked_event (consumer, topic, partition, "offset", record_time, key, headers, state, attempts, next_try_at)
    select 'group', 'topic', 0, n, 0, ${key}, '{}', ${state}, 1,
           now() + case when n <= ${due}::int then -1 else 1 end * interval '1 hour'
    from generate_series(1, 200000) n
  `.execute(database.rows);
  await sql`analyze parked_event`.execute(database.rows);
}

const ownKey = sql`convert_to('k' || n, 'UTF8')`;

test.each([
  ['all dead', ownKey, 'dead', 200_000],
  ['all waiting, few due', ownKey, 'waiting', 5],
  ['all due', ownKey, 'waiting', 200_000],
  ['few keys, few due', sql`convert_to('k' || n % 1000, 'UTF8')`, 'waiting', 5],
  ['all of one key, all due', sql`'k'::bytea`, 'waiting', 200_000],
  ['all without a key, all due', sql`null::bytea`, 'waiting', 200_000],
  ['without a key, few due', sql`null::bytea`, 'waiting', 5],
] as const)(
  '200,000 parked events, %s: no scan of the table',
  async (_, key, state, due) => {
    await fill(key, state, due);
    const { rows } = await sql<{ 'QUERY PLAN': [{ Plan: Node }] }>`
    explain (analyze, format json) ${claimStatement('group', 8)}
  `.execute(database.rows);
    const nodes = nodesOf(rows[0]!['QUERY PLAN'][0].Plan);
    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(Math.max(...nodes.map(rowsRead))).toBeLessThan(1_000);
  },
  120_000,
);
