import { OutboxRelay } from '@halftone/postgres';
import type { Program } from '../program.ts';
import { fill } from './backlog.ts';
import { freshDatabase, inSchema } from './database.ts';

/** Read in order, publish, delete: by the relay, into a broker that accepts everything without delay. */
export const run: Program = async ({ databaseUrl, operations }) => {
  const database = await freshDatabase(databaseUrl, 2);
  await fill(database, operations);
  const relay = new OutboxRelay(inSchema(databaseUrl), 'bench');
  const begun = performance.now();
  const cpu = process.cpuUsage();
  let seen = 0;
  await new Promise<void>((all) => {
    relay.start(async (rows) => {
      seen += rows.length;
      if (seen >= operations) all();
    });
  });
  const { user, system } = process.cpuUsage(cpu);
  return {
    perSecond: (operations * 1000) / (performance.now() - begun),
    cpuUs: (user + system) / operations,
  };
};
