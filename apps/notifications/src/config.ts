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
    .describe('transport of the feed to realtime; redis publishes it to Redis Pub/Sub in addition to Kafka'),
};

export type NotificationsConfig = ConfigOf<typeof settings>;
