import { serverUrl } from '@halftone/service';

/** Settings of a process that uses Redis or Valkey (7.0 or later). */
export const redisSettings = {
  REDIS_URL: serverUrl('redis', 'rediss')
    .default('redis://127.0.0.1:6379')
    .describe('redis:// URL of Redis or Valkey, 7.0 or later')
    .meta({ secret: true }),
};
