import { uuidv7 } from '@halftone/kernel';
import { measure } from '../load.ts';
import type { Program } from '../program.ts';
import { doWork, freshDatabase } from './database.ts';

/** The work alone, without an event. */
export const run: Program = async ({ databaseUrl, operations, concurrency }) => {
  const database = await freshDatabase(databaseUrl, concurrency);
  return measure(operations, concurrency, () => database.tx((tx) => doWork(tx, uuidv7())));
};
