import { OutboxRelay } from '@halftone/postgres';
import type { Program } from '../program.ts';
import { freshDatabase, inSchema } from './database.ts';
import { openJourney } from './journey.ts';

/** The process that commits wakes the relay right after the commit. */
export const run: Program = async (settings) => {
  const relay = new OutboxRelay(inSchema(settings.databaseUrl), 'bench');
  const database = await freshDatabase(settings.databaseUrl, 4, () => relay.wake());
  const journey = await openJourney(settings);
  relay.start(journey.publish);
  return journey.travel(database);
};
