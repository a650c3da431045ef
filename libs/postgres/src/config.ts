import { serverUrl } from '@halftone/service';
import { z } from 'zod';

/** Settings of a service that owns tables. */
export const postgresSettings = {
  DATABASE_URL: serverUrl('postgres', 'postgresql')
    .describe('postgres:// URL of this service, with its own role')
    .meta({ secret: true }),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(1).max(100).default(10).describe('connections of one process'),
  IDEMPOTENCY_TTL_HOURS: z.coerce
    .number()
    .int()
    .min(1)
    .max(8760)
    .default(24)
    .describe('how long an idempotency key is kept, from its first use'),
};
