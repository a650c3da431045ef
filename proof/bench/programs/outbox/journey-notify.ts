import { sql } from 'kysely';
import type { Program } from '../program.ts';
import { freshDatabase } from './database.ts';
import { openJourney } from './journey.ts';
import { relayPlainly } from './plain-relay.ts';

/** A look at each NOTIFY, which the transaction itself sends. */
export const run: Program = async (settings) => {
  const database = await freshDatabase(settings.databaseUrl, 4);
  const journey = await openJourney(settings);
  let notified = false;
  let wake = () => undefined as void;
  const untilNotified = async (client: import('pg').Client) => {
    if (client.listenerCount('notification') === 0) {
      client.on('notification', () => {
        notified = true;
        wake();
      });
    }
    if (!notified) await new Promise<void>((resolve) => (wake = resolve));
    notified = false;
  };
  await relayPlainly(settings.databaseUrl, journey.publish, untilNotified, 'listen bench_outbox');
  return journey.travel(database, (tx) => sql`notify bench_outbox`.execute(tx));
};
