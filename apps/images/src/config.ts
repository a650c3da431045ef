import { grpcSettings } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { postgresSettings } from '@halftone/postgres';
import { redisSettings } from '@halftone/redis';
import type { ConfigOf } from '@halftone/service';
import { z } from 'zod';

export const settings = {
  ...grpcSettings,
  ...postgresSettings,
  ...kafkaSettings,
  ...redisSettings,
  IMAGES_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(100 * 1024 * 1024)
    .default(20 * 1024 * 1024)
    .describe('bytes a photo may have'),
  IMAGES_ROLE: z
    .enum(['api', 'worker', 'both'])
    .default('both')
    .describe('whether this process serves calls (api), makes renditions (worker) or does both'),
};

export type ImagesConfig = ConfigOf<typeof settings>;
