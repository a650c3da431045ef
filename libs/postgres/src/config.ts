import { serverUrl } from '@halftone/service';
import { z } from 'zod';

/** What a service that owns rows reads from its environment. */
export const postgresSettings = {
  DATABASE_URL: serverUrl('postgres', 'postgresql')
    .describe('postgres:// URL of this service, with its own role')
    .meta({ secret: true }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10).describe('connections one process may hold'),
  IDEMPOTENCY_TTL_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(8760)
    .default(24)
    .describe('how long an idempotency key is remembered, from its first use on'),
};
