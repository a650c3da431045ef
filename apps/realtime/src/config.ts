import { topics } from '@halftone/contracts';
import { kafkaSettings } from '@halftone/kafka';
import { redisSettings } from '@halftone/redis';
import type { ConfigOf } from '@halftone/service';
import { z } from 'zod';

const positive = (fallback: number) => z.coerce.number().positive().default(fallback);

/** What the fan-out can be told by its environment. */
export const realtimeSettings = {
  ...kafkaSettings,
  ...redisSettings,
  REALTIME_FEED_TOPIC: z.string().min(1).default(topics.feed.name).describe('topic the feed is read from'),
  REALTIME_WINDOW_MINUTES: positive(5).describe(
    'how much of each channel is kept in memory; older cursors are resumed from Kafka',
  ),
  REALTIME_MAX_BUFFERED_BYTES: positive(1_048_576).describe(
    'bytes a connection may lag behind before it is closed as a slow consumer',
  ),
  REALTIME_DRAIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('time over which the connections are sent elsewhere in a stop, in waves; 0 is all at once; in ms'),
  REALTIME_HEARTBEAT_SECONDS: positive(30).describe('time between pings (WebSocket) and comments (SSE)'),
  REALTIME_ALLOWED_ORIGINS: z
    .string()
    .default('')
    .transform((list) =>
      list
        .split(',')
        .map((origin) => origin.trim())
        .filter(Boolean),
    )
    .describe('comma list of origins whose pages may connect, besides the own one; * allows all'),
};

export type RealtimeConfig = ConfigOf<typeof realtimeSettings>;

/** Token of the configuration in the container. */
export const CONFIG = Symbol('realtime config');
