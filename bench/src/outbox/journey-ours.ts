import { OutboxRelay } from '@halftone/postgres';
import type { Program } from '../program.ts';
import { freshDatabase, inSchema } from './database.ts';
import { openJourney } from './journey.ts';

/** The relay is poked right after the commit, by the process that committed. */
export const run: Program = async (settings) => {
  const relay = new OutboxRelay(inSchema(settings.databaseUrl), 'bench');
  const database = await freshDatabase(settings.databaseUrl, 4, () => relay.poke());
  const journey = await openJourney(settings);
  relay.start(journey.publish);
  return journey.travel(database);
};
