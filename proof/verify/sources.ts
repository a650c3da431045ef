/** The engines to judge: those in the environment, else those of `npm start`. It never mixes them. */
import { givenUrls } from '@halftone/tools/os/config.ts';
import { readRun, type Engines } from '@halftone/tools/os/run-state.ts';
import { UsageError } from '@halftone/tools/terminal/usage-error.ts';
import { Unavailable } from '@halftone/tools/os/unavailable.ts';
import type { Sources } from './verify.ts';

export class NothingRuns extends Unavailable {}

export const runningSources = (): Sources => sourcesOf(givenUrls, readRun().engines);

type Given = Pick<typeof givenUrls, 'postgres' | 'kafka'>;
type Running = { postgres: Pick<Engines['postgres'], 'url'>; kafka: Pick<Engines['kafka'], 'brokers'> };

/** Throws when only one of the two is named, unless a shop runs on that one: rows and records of two systems never agree. Pure. */
export function sourcesOf({ postgres, kafka }: Given, running: Running | undefined): Sources {
  const isOfShop = {
    postgres: running !== undefined && (!postgres || hostOf(postgres) === hostOf(running.postgres.url)),
    kafka: running !== undefined && (!kafka || kafka === running.kafka.brokers),
  };
  // The shop knows its database by name; DATABASE_URL may name the server alone.
  if (running && isOfShop.postgres && isOfShop.kafka) return sources(running.postgres.url, running.kafka.brokers);
  if (postgres && kafka) return sources(postgres, kafka);
  if (!postgres && !kafka)
    throw new NothingRuns('nothing runs here: start it with npm start, or set DATABASE_URL and KAFKA_BROKERS');
  throw new UsageError(
    `set ${postgres ? 'KAFKA_BROKERS' : 'DATABASE_URL'} as well: ${postgres ? 'DATABASE_URL' : 'KAFKA_BROKERS'} names engines that no shop runs on here`,
  );
}

const sources = (databaseUrl: string, brokers: string): Sources => ({ databaseUrl, brokers: brokers.split(',') });

function hostOf(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '5432'}`;
}
