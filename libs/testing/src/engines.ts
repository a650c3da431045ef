import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';

/** The addresses of the engines that the tests use. */
export interface Engines {
  /** The URL of a superuser, because tests create schemas and roles. */
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
 * Reads DATABASE_URL, KAFKA_BROKERS and REDIS_URL; where one is not set, the engines of `./halftone engines --test`. Never
 * the engines of a running shop: tests publish events without rows, which `verify` would report.
 */
export function engines(): Engines {
  const { DATABASE_URL, KAFKA_BROKERS, REDIS_URL } = process.env;
  const running = DATABASE_URL && KAFKA_BROKERS && REDIS_URL ? undefined : readRunFile();
  const required = (given: string | undefined, found: string | undefined): string => {
    const url = given || found;
    if (!url)
      throw new Error(
        'no engines are running: run `./halftone engines --test --detach`, or set DATABASE_URL, KAFKA_BROKERS and REDIS_URL',
      );
    return url;
  };
  return {
    databaseUrl: required(DATABASE_URL, running?.postgres.url),
    brokers: required(KAFKA_BROKERS, running?.kafka.brokers).split(','),
    redisUrl: withLongTimeouts(required(REDIS_URL, running?.redis.url)),
  };
}

/**
 * Services continue without a slow Redis. Most specs are not about that and share a machine that may be slow, so they
 * get long timeouts.
 */
function withLongTimeouts(redisUrl: string): string {
  const url = new URL(redisUrl);
  // ioredis reads options from the query of the URL.
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
