import { Redis } from 'ioredis';
import { measure } from '../load.ts';
import type { Program } from '../program.ts';

/** The least that one call to Redis costs. */
export const run: Program = async ({ redisUrl, operations, concurrency }) => {
  const redis = new Redis(redisUrl);
  return measure(operations, concurrency, () => redis.ping());
};
