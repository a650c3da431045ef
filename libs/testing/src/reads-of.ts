import { Client, type QueryConfig } from 'pg';

interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Actual Rows': number;
  'Actual Loops': number;
  'Rows Removed by Filter'?: number;
  Plans?: PlanNode[];
}

/** How the statements read a table: whether all of it, and the most rows that one step of a plan read. */
export interface Reads {
  steps: number;
  wholeTable: boolean;
  mostRows: number;
}

/** Records the statements that `work` sends, plans and runs each once more, and rolls it back. */
export async function readsOf(url: string, table: string, work: () => Promise<unknown>): Promise<Reads> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const statements = await recorded(work);
    const nodes: PlanNode[] = [];
    for (const statement of statements) nodes.push(...nodesOf(await planOf(client, statement)));
    const reading = nodes.filter((node) => node['Relation Name'] === table && node['Node Type'] !== 'ModifyTable');
    return {
      steps: reading.length,
      wholeTable: reading.some((node) => node['Node Type'] === 'Seq Scan'),
      mostRows: Math.max(0, ...reading.map(rowsRead)),
    };
  } finally {
    await client.end();
  }
}

/** One statement per distinct text. */
async function recorded(work: () => Promise<unknown>): Promise<QueryConfig[]> {
  const statements = new Map<string, QueryConfig>();
  const { query } = Client.prototype;
  Client.prototype.query = function (this: Client, ...args: unknown[]) {
    const [first, second] = args as [string | QueryConfig, unknown];
    const { text, values } = typeof first === 'string' ? { text: first, values: second } : first;
    if (/^\s*(with|select|insert|update|delete)\b/i.test(text))
      statements.set(text, { text, ...(Array.isArray(values) && { values }) });
    return (query as (...all: unknown[]) => unknown).apply(this, args);
  } as typeof query;
  try {
    await work();
  } finally {
    Client.prototype.query = query;
  }
  return [...statements.values()];
}

async function planOf(client: Client, { text, values }: QueryConfig): Promise<PlanNode> {
  await client.query('begin');
  const { rows } = await client.query({ text: `explain (analyze, format json) ${text}`, ...(values && { values }) });
  await client.query('rollback');
  return rows[0]['QUERY PLAN'][0].Plan;
}

const nodesOf = (node: PlanNode): PlanNode[] => [node, ...(node.Plans ?? []).flatMap(nodesOf)];
const rowsRead = (node: PlanNode) =>
  (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
