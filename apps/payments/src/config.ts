import { grpcSettings } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { postgresSettings } from '@halftone/postgres';
import type { ConfigOf } from '@halftone/service';
import { z } from 'zod';

export const settings = {
  ...grpcSettings,
  ...postgresSettings,
  ...kafkaSettings,
  SEED_PASSWORD: z
    .string()
    .min(1)
    .default('halftone')
    .describe('password of the demo customers, used when they are first made'),
};

export type PaymentsConfig = ConfigOf<typeof settings>;
