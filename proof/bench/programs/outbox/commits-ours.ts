import { uuidv7 } from '@halftone/kernel';
import { measure } from '../load.ts';
import type { Program } from '../program.ts';
import { append, doWork, freshDatabase } from './database.ts';

/** The work and its event in one transaction. */
export const run: Program = async ({ databaseUrl, operations, concurrency }) => {
  const database = await freshDatabase(databaseUrl, concurrency);
  return measure(operations, concurrency, (index) =>
    database.tx(async (tx) => {
      const id = uuidv7();
      await doWork(tx, id);
      await append(tx, id, index);
    }),
  );
};
