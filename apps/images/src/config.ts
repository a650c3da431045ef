import { limits } from '@halftone/contracts';
import { grpcSettings } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { postgresSettings } from '@halftone/postgres';
import { redisSettings } from '@halftone/redis';
import { type ConfigOf, transferSettings } from '@halftone/service';
import { z } from 'zod';

export const settings = {
  ...grpcSettings,
  ...postgresSettings,
  ...kafkaSettings,
  ...redisSettings,
  ...transferSettings,
  IMAGES_MAX_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .max(100 * 1024 * 1024)
    .default(20 * 1024 * 1024)
    .describe('maximum size of a photo in bytes'),
  IMAGES_TRANSFER_BYTES: z.coerce
    .number()
    .int()
    .min(1)
    .default(limits.uploads.value)
    .describe('memory for all unfinished uploads together, in bytes; further uploads wait, then get 503'),
  IMAGES_DECODE_BYTES: z.coerce
    .number()
    .int()
    .min(128 * 2 ** 20)
    .default(limits.decodeMemory.value)
    .describe('memory limit of the renderer process, in bytes; a photo that needs more kills the process and fails'),
  IMAGES_ROLE: z
    .enum(['api', 'worker', 'both'])
    .default('both')
    .describe('whether this process serves calls (api), makes renditions (worker) or both'),
};

export type ImagesConfig = ConfigOf<typeof settings>;
