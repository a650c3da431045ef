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
  FEED_BACKPLANE: z
    .enum(['kafka', 'redis'])
    .default('kafka')
    .describe('what the feed goes to realtime by; redis: by Redis Pub/Sub, besides Kafka, which has it in any case'),
};

export type NotificationsConfig = ConfigOf<typeof settings>;
