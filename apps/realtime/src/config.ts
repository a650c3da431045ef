import { topics } from '@halftone/contracts';
import { peerUrl } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { redisSettings } from '@halftone/redis';
import { commaList, type ConfigOf } from '@halftone/service';
import { z } from 'zod';

const positive = (fallback: number) => z.coerce.number().positive().default(fallback);

/** What the fan-out can be told by its environment. */
export const realtimeSettings = {
  ...kafkaSettings,
  ...redisSettings,
  NOTIFICATIONS_GRPC: peerUrl('notifications').default('127.0.0.1:9090'),
  REALTIME_CURSOR_KEY: z
    .string()
    .min(16)
    .describe('what cursors are signed with, the same at all replicas; with another one no client can go on')
    .meta({ secret: true }),
  REALTIME_FEED_TOPIC: z
    .string()
    .min(1)
    .default(topics.feed.name)
    .describe('topic the feed is read from, or its name on Redis'),
  REALTIME_BACKPLANE: z
    .enum(['kafka', 'redis'])
    .default('kafka')
    .describe(
      'what the feed comes by: kafka keeps it, so that a client can go on where it stood; redis (Pub/Sub) keeps nothing, and needs FEED_BACKPLANE=redis at notifications',
    ),
  REALTIME_WINDOW_MINUTES: positive(5).describe(
    'how much of each channel is kept in memory; older cursors are resumed from Kafka',
  ),
  REALTIME_WINDOW_BYTES: positive(128 * 1024 * 1024).describe(
    'memory that all channels together may take for it, the oldest events going first; counted as if each were sent in every format',
  ),
  REALTIME_MAX_BUFFERED_BYTES: positive(1_048_576).describe(
    'bytes a connection may lag behind before it is a slow consumer',
  ),
  REALTIME_SLOW_CONSUMER: z
    .enum(['disconnect', 'conflate'])
    .default('disconnect')
    .describe(
      'what happens to one that lags further: it is closed and resumes from its last event, or it stays and is told the latest event of each subject, with a reset wherever events were left out',
    ),
  REALTIME_SESSIONS: z
    .enum(['client', 'process', 'redis'])
    .default('client')
    .describe(
      'who remembers what a client was subscribed to, and how far it acknowledged that, when it comes back: the client itself, to any replica; the process, which needs a load balancer that brings it back to the same one; or Redis',
    ),
  REALTIME_SESSION_SECONDS: positive(120).describe('how long that is remembered after the connection has ended'),
  REALTIME_PROCESSES: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe(
      'processes that share the port, each with a part of the connections; as many as the machine has cores to spare, and 1 with REALTIME_SESSIONS=process',
    ),
  REALTIME_DRAIN_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('time over which the connections are sent elsewhere in a stop, in waves; 0 is all at once; in ms'),
  REALTIME_TLS_CERT: z
    .string()
    .min(1)
    .optional()
    .describe(
      'certificate and its chain, as PEM or base64 of it; with it HTTP/2 and HTTP/1.1 are spoken over TLS, besides plain HTTP',
    ),
  REALTIME_TLS_KEY: z.string().min(1).optional().describe('private key of that certificate').meta({ secret: true }),
  REALTIME_TLS_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8443)
    .describe('port for that; 0 is a free one'),
  REALTIME_BACK_AT: z
    .enum(['elsewhere', 'here'])
    .default('elsewhere')
    .describe(
      'where clients go on after a stop: at another replica at once (close code 1001), or here, some seconds later, when there is no other (1012)',
    ),
  REALTIME_ACCEPTS_PER_SECOND: positive(2_000).describe(
    'connections that are let in per second; of a storm the rest is told to come back in some seconds (503, Retry-After)',
  ),
  REALTIME_MAX_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'connections from which on the process is not ready and refuses more with 503; 0 is what the open files allow, less 256',
    ),
  REALTIME_MEMORY_LIMIT_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe(
      'resident memory from which on it does the same; 0 is 85 % of what the container, or else the machine, has, and of the heap',
    ),
  REALTIME_HANDSHAKE_SECONDS: positive(10).describe(
    'time in which the head of a request must be there; a connection that says nothing is closed after it as well',
  ),
  REALTIME_HEARTBEAT_SECONDS: positive(30).describe('time between pings (WebSocket) and comments (SSE)'),
  REALTIME_MESSAGES_PER_SECOND: positive(100).describe(
    'messages a WebSocket client may send each second on average; one that sends more is closed with 1008',
  ),
  REALTIME_MESSAGES_AT_ONCE: positive(300).describe('messages it may send at once after it was silent'),
  REALTIME_PRESENCE_SECONDS: positive(15).describe(
    'how long those whose replica died are still shown in their rooms, at most half as long again',
  ),
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
  REALTIME_RTC_PEERS: positive(8).describe('peers that one call takes'),
  REALTIME_RTC_ABSENCE_SECONDS: positive(15).describe(
    'how long a peer whose connection was lost may be away before the others are told that it left',
  ),
  REALTIME_RTC_SIGNALS_PER_SECOND: positive(50).describe(
    'descriptions and candidates that one connection may send on average; four times as many at once',
  ),
  REALTIME_TURN_URLS: commaList(z.string().regex(/^(stun|turn)s?:\S+$/, 'no URL like turn:HOST:PORT'))
    .prefault('')
    .describe('comma list of STUN and TURN servers for calls (stun:HOST:PORT, turn:HOST:PORT?transport=udp)'),
  REALTIME_TURN_SECRET: z
    .string()
    .min(1)
    .optional()
    .describe('secret shared with the TURN servers (use-auth-secret of coturn); without it only STUN servers are told')
    .meta({ secret: true }),
  REALTIME_TURN_SECONDS: positive(3_600).describe('how long credentials of the TURN servers are good'),
};

export type RealtimeConfig = ConfigOf<typeof realtimeSettings>;

/** Token of the configuration in the container. */
export const CONFIG = Symbol('realtime config');
