import { logger } from '@halftone/service';
import type { Redis } from 'ioredis';

/** A member of a room. */
interface RosterEntry {
  room: string;
  member: string;
}

/**
 * The members of a room, over all replicas. A member stays until it is removed or has not been put again for `ttlMs`,
 * so members of a dead process expire. Put every entry of the process again after a third of that time. Members are
 * opaque and compared as text.
 *
 * Like everything in Redis it may be lost: while Redis is unreachable `list` returns undefined, and entries are lost
 * until they are put again.
 */
export class Roster {
  constructor(private readonly redis: Redis) {}

  /** Never rejects. */
  async put(entries: readonly RosterEntry[], ttlMs: number, now: number = Date.now()): Promise<void> {
    if (entries.length === 0) return;
    const batch = this.redis.pipeline();
    for (const { room, member } of entries) batch.zadd(keyOf(room), now + ttlMs, member);
    for (const room of new Set(entries.map((entry) => entry.room))) batch.pexpire(keyOf(room), ttlMs);
    await batch.exec().catch(logUnavailable);
  }

  /** Never rejects. */
  async remove({ room, member }: RosterEntry): Promise<void> {
    await this.redis.zrem(keyOf(room), member).catch(logUnavailable);
  }

  /** Ordered by expiry, the earliest first; undefined while Redis is unreachable. */
  async list(room: string, now: number = Date.now()): Promise<string[] | undefined> {
    const key = keyOf(room);
    try {
      const [, members] = await Promise.all([
        this.redis.zremrangebyscore(key, '-inf', now),
        this.redis.zrangebyscore(key, `(${now}`, '+inf'),
      ]);
      return members;
    } catch (error) {
      logUnavailable(error as Error);
      return undefined;
    }
  }
}

const keyOf = (room: string): string => `halftone:room:${room}`;

const logUnavailable = (error: Error): void =>
  logger('redis').debug({ reason: error.message }, 'the members of rooms are unavailable');
