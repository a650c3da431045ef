import { Redis } from 'ioredis';
import { measure } from '../load.ts';
import type { Program } from '../program.ts';
import { answer, fingerprint, scopeOf } from './requests.ts';

const daySeconds = 86_400;

/** The way of most tutorials, one call after the other. Two requests at the same moment both find nothing and both run. */
export async function naively(redis: Redis, scope: string, handle: () => Promise<string>): Promise<string> {
  const known = await redis.get(scope);
  if (known !== null) return known;
  await redis.set(scope, fingerprint);
  await redis.expire(scope, daySeconds);
  const response = await handle();
  await redis.set(scope, response, 'EX', daySeconds);
  return response;
}

export const run: Program = async ({ redisUrl, operations, concurrency }) => {
  const redis = new Redis(redisUrl);
  return measure(operations, concurrency, (index) => naively(redis, scopeOf(index), async () => answer));
};
