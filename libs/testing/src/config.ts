import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** Where the real engines of the tests are. */
export interface Engines {
  /** Of a superuser: tests make schemas and roles of their own. */
  databaseUrl: string;
  brokers: string[];
  redisUrl: string;
}

const runFile = z.object({
  engines: z.object({
    postgres: z.object({ url: z.string() }),
    kafka: z.object({ brokers: z.string() }),
    redis: z.object({ url: z.string() }),
  }),
});

/**
 * From DATABASE_URL, KAFKA_BROKERS and REDIS_URL where set, else what `npm run engines:test` keeps running. Never those of a shop that
 * runs: tests publish events of things that exist nowhere else, which `verify` would rightly find wrong.
 */
export function engines(): Engines {
  const { DATABASE_URL, KAFKA_BROKERS, REDIS_URL } = process.env;
  const running = DATABASE_URL && KAFKA_BROKERS && REDIS_URL ? undefined : readRunFile();
  const of = (given: string | undefined, found: string | undefined): string => {
    const url = given || found;
    if (!url)
      throw new Error(
        'no engines are running: run `npm run engines:test -- --detach`, or set DATABASE_URL, KAFKA_BROKERS and REDIS_URL',
      );
    return url;
  };
  return {
    databaseUrl: of(DATABASE_URL, running?.postgres.url),
    brokers: of(KAFKA_BROKERS, running?.kafka.brokers).split(','),
    redisUrl: patient(of(REDIS_URL, running?.redis.url)),
  };
}

/** Services go on without a Redis that does not answer at once; specs that are not about that share a machine which may be slow for long. */
function patient(redisUrl: string): string {
  const url = new URL(redisUrl);
  // ioredis takes options from the query.
  for (const limit of ['commandTimeout', 'socketTimeout']) url.searchParams.set(limit, '30000');
  return url.href;
}

function readRunFile(): z.infer<typeof runFile>['engines'] | undefined {
  const path = join(workspaceRoot(process.cwd()), '.halftone/test/run.json');
  if (!existsSync(path)) return undefined;
  return runFile.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data?.engines;
}

function workspaceRoot(folder: string): string {
  if (existsSync(join(folder, 'nx.json')) || dirname(folder) === folder) return folder;
  return workspaceRoot(dirname(folder));
}
