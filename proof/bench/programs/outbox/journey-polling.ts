import { setTimeout as sleep } from 'node:timers/promises';
import type { Program } from '../program.ts';
import { freshDatabase } from './database.ts';
import { openJourney } from './journey.ts';
import { relayPlainly } from './plain-relay.ts';

const pollMs = 20;

/** A look every 20 ms. */
export const run: Program = async (settings) => {
  const database = await freshDatabase(settings.databaseUrl, 4);
  const journey = await openJourney(settings);
  await relayPlainly(settings.databaseUrl, journey.publish, () => sleep(pollMs));
  return journey.travel(database);
};
