/** Which engines to judge: those that `npm start` lists, else those the environment names. */
import { givenUrls } from '../engines/config.ts';
import { readRun } from '../engines/run-state.ts';
import type { Sources } from './verify.ts';

export class NothingRuns extends Error {}

export function runningSources(): Sources {
  const { engines } = readRun();
  const databaseUrl = engines?.postgres.url ?? givenUrls.postgres;
  const brokers = engines?.kafka.brokers ?? givenUrls.kafka;
  if (databaseUrl && brokers) return { databaseUrl, brokers: brokers.split(',') };
  throw new NothingRuns('nothing runs here: start it with npm start, or set DATABASE_URL and KAFKA_BROKERS');
}
