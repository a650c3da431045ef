import { LogThrottle, gauge, logger, reasonOf } from '@halftone/service';
import { type CommonRedisOptions, Redis, ReplyError } from 'ioredis';
import { writeOncePerTurn } from './write-once-per-turn';

const up = gauge('redis_up', '1 while Redis can be reached');

const reconnectAfter = (times: number): number => Math.min(times * 50, 1000);

/** The longest wait for an answer, however dead the server is. */
const COMMAND_MS = 400;
/** A connection without an answer for this long is closed: the server may have vanished without closing it. */
const SILENT_MS = 2000;
/** The kernel probes idle connections after this, then every second. */
const KEEP_ALIVE_MS = 5000;

/** For commands: they fail immediately while the server is unreachable, because the caller can continue without Redis. */
export function commandConnection(url: string): Redis {
  const redis = open(url, {
    enableOfflineQueue: false,
    commandTimeout: COMMAND_MS,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  redis.on('connect', () => writeOncePerTurn(redis.stream));
  redis.on('ready', () => up.set(1));
  redis.on('close', () => up.set(0));
  return redis;
}

/** For subscriptions: they wait for the server and resubscribe automatically after each loss. */
export const subscriberConnection = (url: string): Redis =>
  open(url, { enableOfflineQueue: true, maxRetriesPerRequest: null });

type Tuned = 'enableOfflineQueue' | 'commandTimeout' | 'maxRetriesPerRequest' | 'autoResendUnfulfilledCommands';

/** Why each connection is not ready. */
const problems = new WeakMap<Redis, Error>();

/** By URL: connections to the same server have the same problem, and one line is enough. */
const throttles = new Map<string, LogThrottle>();

/** Resolves the host name again at each reconnect; it reconnects forever. */
function open(url: string, options: Pick<CommonRedisOptions, Tuned>): Redis {
  const redis = new Redis(url, {
    lazyConnect: true,
    connectTimeout: 2000,
    keepAlive: KEEP_ALIVE_MS,
    socketTimeout: SILENT_MS,
    retryStrategy: reconnectAfter,
    ...options,
  });
  let wasReady = false;
  redis.on('error', (error: Error) => {
    problems.set(redis, error);
    // During the start, the lifecycle reports a rejected password.
    if (wasReady || !isRejected(error)) logProblem(url, reasonOf(error));
  });
  redis.on('ready', () => {
    wasReady = true;
    problems.delete(redis);
    if (throttles.delete(url)) logger('redis').info('Redis is reachable again');
  });
  return redis;
}

function logProblem(url: string, reason: string): void {
  const throttle = throttles.get(url) ?? new LogThrottle();
  throttles.set(url, throttle);
  if (!throttle.isDue(reason)) return;
  logger('redis').warn({ reason }, `Redis is unreachable: ${reason} (check REDIS_URL); continuing without it`);
}

/** The server itself rejected the connection: a wrong or missing password. */
const isRejected = (error: Error | undefined): boolean => error instanceof ReplyError;

/**
 * Starts connecting. An unreachable server is no failure: the connection is retried in the background. A server that
 * rejects the password is a failure: `connect` rejects as long as that lasts.
 */
export async function connect(redis: Redis): Promise<void> {
  if (redis.status === 'wait') await redis.connect().catch((error: Error) => logger('redis').debug(reasonOf(error)));
  const problem = problems.get(redis);
  if (problem && isRejected(problem)) throw problem;
}
