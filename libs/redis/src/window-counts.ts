import { BoundedCache, logger } from '@halftone/service';
import type { Redis } from 'ioredis';

export interface RateWindow {
  /** How many are allowed in one window. */
  max: number;
  windowMs: number;
}

/** Returns the ms until the window ends once `max` is reached. */
const script = `
  local before = tonumber(redis.call('GET', KEYS[1])) or 0
  if before >= tonumber(ARGV[1]) then return math.max(1, redis.call('PTTL', KEYS[1])) end
  redis.call('INCR', KEYS[1])
  if before == 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return 0`;

const maxBytes = 4 * 2 ** 20;
const countBytes = 100;

/**
 * Limits how often something happens to a name in a time window, over all replicas. A window begins with the first
 * event. While Redis is unreachable each process counts alone, so nobody is refused for that and nothing goes
 * uncounted. Never rejects.
 */
export class WindowCounts {
  private readonly local = new BoundedCache<{ count: number; ends: number }>({ maxBytes });

  constructor(private readonly redis: Redis) {}

  /** Counts one event and returns 0; at the limit, returns the ms until the next one is allowed. */
  async take(name: string, window: RateWindow): Promise<number> {
    try {
      return Number(await this.redis.eval(script, 1, `halftone:window:${name}`, window.max, window.windowMs));
    } catch (error) {
      logger('redis').debug({ reason: (error as Error).message }, 'this process counts alone');
      return this.takeLocally(name, window);
    }
  }

  private takeLocally(name: string, { max, windowMs }: RateWindow, now: number = Date.now()): number {
    const { count, ends } = this.local.get(name, now) ?? { count: 0, ends: now + windowMs };
    if (count >= max) return Math.max(1, ends - now);
    this.local.set(name, { count: count + 1, ends }, { bytes: countBytes, expires: ends });
    return 0;
  }
}
