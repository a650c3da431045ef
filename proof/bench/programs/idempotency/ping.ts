import { Redis } from 'ioredis';
import { measure } from '../load.ts';
import type { Program } from '../program.ts';

/** The least that asking Redis at all can cost. */
export const run: Program = async ({ redisUrl, operations, concurrency }) => {
  const redis = new Redis(redisUrl);
  return measure(operations, concurrency, () => redis.ping());
};
