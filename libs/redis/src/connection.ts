import { logger } from '@halftone/service';
import { type CommonRedisOptions, Redis } from 'ioredis';

const reconnectAfter = (times: number): number => Math.min(times * 50, 1000);

/** For commands: they fail at once while the server is away, because whoever asks has something better to do than wait. */
export const commandConnection = (url: string): Redis =>
  open(url, {
    enableOfflineQueue: false,
    commandTimeout: 1000,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });

/** For subscriptions: they wait for the server and come back by themselves after each loss. */
export const subscriberConnection = (url: string): Redis =>
  open(url, { enableOfflineQueue: true, maxRetriesPerRequest: null });

type Tuned = 'enableOfflineQueue' | 'commandTimeout' | 'maxRetriesPerRequest' | 'autoResendUnfulfilledCommands';

function open(url: string, options: Pick<CommonRedisOptions, Tuned>): Redis {
  const redis = new Redis(url, { lazyConnect: true, connectTimeout: 2000, retryStrategy: reconnectAfter, ...options });
  redis.on('error', (error: Error) => logger('redis').debug({ reason: error.message }, 'connection trouble'));
  redis.on('ready', () => logger('redis').debug('connected'));
  redis.on('close', () => logger('redis').debug('connection closed'));
  return redis;
}

/** Starts connecting; a server that is away is looked for in the background, so this never rejects. */
export async function connect(redis: Redis): Promise<void> {
  await redis.connect().catch((error: Error) => {
    logger('redis').warn({ reason: error.message }, 'Redis is away; going on without it until it is there');
  });
}
