/** Which engines to judge: those that the environment names, else those of what `npm start` runs. */
import { givenUrls } from '../engines/config.ts';
import { readRun } from '../engines/run-state.ts';
import type { Sources } from './verify.ts';

export class NothingRuns extends Error {}

export function runningSources(): Sources {
  const { engines } = readRun();
  const databaseUrl = givenUrls.postgres ?? engines?.postgres.url;
  const brokers = givenUrls.kafka ?? engines?.kafka.brokers;
  if (databaseUrl && brokers) return { databaseUrl, brokers: brokers.split(',') };
  throw new NothingRuns('nothing runs here: start it with npm start, or set DATABASE_URL and KAFKA_BROKERS');
}
