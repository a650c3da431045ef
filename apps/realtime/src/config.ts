import { limits, topics } from '@halftone/contracts';
import { peerUrl } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { redisSettings } from '@halftone/redis';
import { commaList, type ConfigOf, connectionsPerAddress, originSettings } from '@halftone/service';
import { z } from 'zod';

const positive = (fallback: number) => z.coerce.number().positive().default(fallback);

/** The settings of the realtime service. */
export const realtimeSettings = {
  ...kafkaSettings,
  ...redisSettings,
  ...originSettings,
  HTTP_CONNECTIONS_PER_ADDRESS: connectionsPerAddress(limits.streamsPerAddress.value),
  IMAGES_GRPC: peerUrl('images').default('127.0.0.1:9090'),
  NOTIFICATIONS_GRPC: peerUrl('notifications').default('127.0.0.1:9090'),
  REALTIME_CURSOR_KEY: z
    .string()
    .min(16)
    .describe('key that signs cursors, the same at all replicas; after a change no client can resume')
    .meta({ secret: true }),
  REALTIME_FEED_TOPIC: z
    .string()
    .min(1)
    .default(topics.feed.name)
    .describe('Kafka topic of the feed, or its name on Redis'),
  REALTIME_BACKPLANE: z
    .enum(['kafka', 'redis'])
    .default('kafka')
    .describe(
      'transport of the feed: kafka stores it, so that clients can resume; redis (Pub/Sub) stores nothing and needs FEED_BACKPLANE=redis at notifications',
    ),
  REALTIME_WINDOW_MINUTES: positive(5).describe(
    'how much of each channel is in memory; older cursors are resumed from Kafka',
  ),
  REALTIME_WINDOW_BYTES: positive(128 * 1024 * 1024).describe(
    'memory limit of that window for all channels, oldest events evicted first; counts each event in every format',
  ),
  REALTIME_MAX_BUFFERED_BYTES: positive(1_048_576).describe(
    'bytes that may wait for a connection before it is a slow consumer',
  ),
  REALTIME_SLOW_CONSUMER: z
    .enum(['disconnect', 'conflate'])
    .default('disconnect')
    .describe(
      'what happens to a slow consumer: disconnect closes it, and it resumes from its last event; conflate sends only the latest event of each subject, with a reset wherever events were dropped',
    ),
  REALTIME_SESSIONS: z
    .enum(['client', 'process', 'redis'])
    .default('client')
    .describe(
      'what stores the subscriptions and acknowledged cursors of a disconnected client: the client itself; the process, which needs a sticky load balancer; or Redis',
    ),
  REALTIME_SESSION_SECONDS: positive(120).describe('how long a session is stored after its connection has ended'),
  REALTIME_PROCESSES: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'processes that share the port and the connections; at most the number of free cores, and 1 with REALTIME_SESSIONS=process',
    ),
  REALTIME_DRAIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('time in ms over which a stop disconnects its clients in waves; 0 is all at the same time'),
  REALTIME_TLS_CERT: z
    .string()
    .min(1)
    .optional()
    .describe(
      'certificate chain as PEM or its base64; enables HTTP/2 and HTTP/1.1 over TLS, in addition to plain HTTP',
    ),
  REALTIME_TLS_KEY: z.string().min(1).optional().describe('private key of that certificate').meta({ secret: true }),
  REALTIME_TLS_PORT: z.coerce.number().int().min(0).max(65_535).default(8443).describe('TLS port; 0 is a free one'),
  REALTIME_BACK_AT: z
    .enum(['elsewhere', 'here'])
    .default('elsewhere')
    .describe(
      'where clients reconnect after a stop: elsewhere, immediately at another replica (close code 1001), or here, some seconds later, if there is no other (1012)',
    ),
  REALTIME_ACCEPTS_PER_SECOND: positive(2_000).describe(
    'new connections per second; others are refused with 503 and Retry-After of some seconds',
  ),
  REALTIME_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'maximum of connections; at it the process is not ready and refuses more with 503; 0 is the limit of open files less 256',
    ),
  REALTIME_MEMORY_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'maximum of resident memory of each process, with the same effect; 0 is 85 % of its share (by REALTIME_PROCESSES) of the memory of the container or machine, and of its heap limit',
    ),
  REALTIME_HANDSHAKE_SECONDS: positive(10).describe(
    'time limit for the head of a request; a silent new connection is closed after it too',
  ),
  REALTIME_HEARTBEAT_SECONDS: positive(30).describe('time between pings (WebSocket) and comments (SSE)'),
  REALTIME_MESSAGES_PER_SECOND: positive(limits.socketMessages.value).describe(
    'messages, pings and pongs of a WebSocket client per second on average; one that sends more is closed with 1008',
  ),
  REALTIME_MESSAGES_AT_ONCE: positive(limits.socketMessagesAtOnce.value).describe('burst of messages after a silence'),
  REALTIME_PRESENCE_SECONDS: positive(15).describe(
    'how long the customers of a crashed replica still appear in their rooms, at most 1.5 times as long',
  ),
  REALTIME_RTC_PEERS: positive(8).describe('maximum of peers in one call'),
  REALTIME_RTC_ABSENCE_SECONDS: positive(15).describe(
    'how long a disconnected peer may be absent before the others see it leave',
  ),
  REALTIME_RTC_SIGNALS_PER_SECOND: positive(50).describe(
    'descriptions and candidates of one connection per second on average; four times as many in a burst',
  ),
  REALTIME_TURN_URLS: commaList(z.string().regex(/^(stun|turn)s?:\S+$/, 'must be a URL like turn:HOST:PORT'))
    .prefault('')
    .describe('comma list of STUN and TURN servers for calls (stun:HOST:PORT, turn:HOST:PORT?transport=udp)'),
  REALTIME_TURN_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe(
      'secret shared with the TURN servers (use-auth-secret of coturn); without it clients get STUN servers only',
    )
    .meta({ secret: true }),
  REALTIME_TURN_SECONDS: positive(3_600).describe('lifetime of TURN credentials'),
};

export type RealtimeConfig = ConfigOf<typeof realtimeSettings>;

/** The injection token of the configuration. */
export const CONFIG = Symbol('realtime config');
