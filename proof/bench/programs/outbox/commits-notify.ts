import { uuidv7 } from '@halftone/kernel';
import { sql } from 'kysely';
import { measure } from '../load.ts';
import type { Program } from '../program.ts';
import { append, doWork, freshDatabase } from './database.ts';

/** The same with NOTIFY inside the transaction: PostgreSQL lets only one such transaction commit at a time. */
export const run: Program = async ({ databaseUrl, operations, concurrency }) => {
  const database = await freshDatabase(databaseUrl, concurrency);
  return measure(operations, concurrency, (index) =>
    database.tx(async (tx) => {
      const id = uuidv7();
      await doWork(tx, id);
      await append(tx, id, index);
      await sql`notify bench_outbox`.execute(tx);
    }),
  );
};
