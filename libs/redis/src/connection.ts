import { Complaint, gauge, logger, reasonOf } from '@halftone/service';
import { type CommonRedisOptions, Redis, ReplyError } from 'ioredis';
import { writeOncePerTurn } from './write-once-per-turn';

const up = gauge('redis_up', '1 while commands reach Redis');

const reconnectAfter = (times: number): number => Math.min(times * 50, 1000);

/** A caller waits for an answer this long at most, however dead the server is. */
const COMMAND_MS = 400;
/** A connection that owes an answer for so long is given up: its server may have vanished without closing it. */
const SILENT_MS = 2000;
/** Connections on which nothing is owed are probed by the kernel after this, then every second. */
const KEEP_ALIVE_MS = 5000;

/** For commands: they fail at once while the server is away, because whoever asks has something better to do than wait. */
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

/** For subscriptions: they wait for the server and come back by themselves after each loss. */
export const subscriberConnection = (url: string): Redis =>
  open(url, { enableOfflineQueue: true, maxRetriesPerRequest: null });

type Tuned = 'enableOfflineQueue' | 'commandTimeout' | 'maxRetriesPerRequest' | 'autoResendUnfulfilledCommands';

/** What keeps each connection from being ready. */
const troubles = new WeakMap<Redis, Error>();

/** By URL: connections to the same server have the same trouble, and one line is enough. */
const complaints = new Map<string, Complaint>();

/** The name is looked up again at each attempt to reconnect, and those never end. */
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
    troubles.set(redis, error);
    // While the process starts, the lifecycle tells of a refusal.
    if (wasReady || !isRefusal(error)) complain(url, reasonOf(error));
  });
  redis.on('ready', () => {
    wasReady = true;
    troubles.delete(redis);
    if (complaints.delete(url)) logger('redis').info('Redis is there again');
  });
  return redis;
}

function complain(url: string, reason: string): void {
  const complaint = complaints.get(url) ?? new Complaint();
  complaints.set(url, complaint);
  if (!complaint.isDue(reason)) return;
  logger('redis').warn({ reason }, `Redis is away: ${reason} (check REDIS_URL); going on without it until it is there`);
}

/** The server itself answered, and with no: a wrong or missing password. */
const isRefusal = (error: Error | undefined): boolean => error instanceof ReplyError;

/**
 * Starts connecting. A server that is away is looked for in the background, so that is no failure. One that refuses us is: it rejects,
 * also when asked again, for as long as that lasts.
 */
export async function connect(redis: Redis): Promise<void> {
  if (redis.status === 'wait') await redis.connect().catch((error: Error) => logger('redis').debug(reasonOf(error)));
  const trouble = troubles.get(redis);
  if (trouble && isRefusal(trouble)) throw trouble;
}
