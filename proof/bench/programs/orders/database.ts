/** One connection per concern, and statements that the server prepares once. */
import { Client, DatabaseError, types } from 'pg';

types.setTypeParser(types.builtins.INT8, Number);

export interface Statement {
  name: string;
  text: string;
}

/** A lost connection ends the process: a bench has no use for a retry. */
export async function connect(databaseUrl: string, schema: string): Promise<Client> {
  const client = new Client({ connectionString: databaseUrl, options: `-c search_path=${schema}` });
  client.on('error', (error) => {
    throw error;
  });
  await client.connect();
  return client;
}

export async function rowsOf<Row extends unknown[]>(
  client: Client,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await client.query<Row>({ ...statement, rowMode: 'array', values: [...values] });
  return rows;
}

/** The values of `unnest($1, $2, …)`: of rows with so many fields, one array per field. */
export const columnsOf = (rows: readonly (readonly unknown[])[], fields: number): unknown[][] =>
  Array.from({ length: fields }, (_, at) => rows.map((row) => row[at]));

/** Division by zero is how a statement here reports that a row has changed since it was read. The others: deadlock, duplicate, serialization. */
const conflicts = ['22012', '40P01', '23505', '40001'];

/** Repeats the whole of load, decide and save after a conflict. */
export async function repeatOnConflict(work: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DatabaseError && conflicts.includes(error.code ?? ''))) throw error;
    }
  }
}
