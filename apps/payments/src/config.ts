import { grpcSettings } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { postgresSettings } from '@halftone/postgres';
import type { ConfigOf } from '@halftone/service';
import { z } from 'zod';
import { bankSettings } from './bank/client/config';

export const settings = {
  ...grpcSettings,
  ...postgresSettings,
  ...kafkaSettings,
  ...bankSettings,
  SEED_PASSWORD: z
    .string()
    .min(1)
    .default('halftone')
    .describe('password of the demo customers, used when they are first made'),
  SEED_LOAD_CUSTOMERS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('customers load-1, load-2 … with a million dollars each, for load tests'),
  BANK_GIVE_UP_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(600_000)
    .describe('how long a payment from the bank is tried before it is declined; a refund is tried for ever'),
};

export type PaymentsConfig = ConfigOf<typeof settings>;
