import { z } from 'zod';

/** What a process that uses Redis or Valkey (7.0 or later) reads from its environment. */
export const redisSettings = {
  REDIS_URL: z
    .string()
    .min(1)
    .default('redis://127.0.0.1:6379')
    .describe('redis:// URL of Redis or Valkey, 7.0 or later'),
};
