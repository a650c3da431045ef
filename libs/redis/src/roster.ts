import { logger } from '@halftone/service';
import type { Redis } from 'ioredis';

/** A room and one that is in it. */
export interface Entry {
  room: string;
  member: string;
}

/**
 * Who is in a room, over all replicas. A member stays until it is removed or has not been put again for `ttlMs`, so those of a process
 * that died vanish by themselves: put every entry of the process again every third of that time. Members are opaque and compared as text.
 *
 * Passing like everything in Redis: while it is away nobody can be listed (undefined) and what is put is lost, until it is put again.
 */
export class Roster {
  constructor(private readonly redis: Redis) {}

  /** Never rejects. */
  async put(entries: readonly Entry[], ttlMs: number, now: number = Date.now()): Promise<void> {
    if (entries.length === 0) return;
    const batch = this.redis.pipeline();
    for (const { room, member } of entries) batch.zadd(keyOf(room), now + ttlMs, member);
    for (const room of new Set(entries.map((entry) => entry.room))) batch.pexpire(keyOf(room), ttlMs);
    await batch.exec().catch(unwritten);
  }

  /** Never rejects. */
  async remove({ room, member }: Entry): Promise<void> {
    await this.redis.zrem(keyOf(room), member).catch(unwritten);
  }

  /** The one that would leave first comes first; undefined while Redis is away. */
  async list(room: string, now: number = Date.now()): Promise<string[] | undefined> {
    const key = keyOf(room);
    try {
      const [, members] = await Promise.all([
        this.redis.zremrangebyscore(key, '-inf', now),
        this.redis.zrangebyscore(key, `(${now}`, '+inf'),
      ]);
      return members;
    } catch (error) {
      unwritten(error as Error);
      return undefined;
    }
  }
}

const keyOf = (room: string): string => `halftone:room:${room}`;

const unwritten = (error: Error): void => logger('redis').debug({ reason: error.message }, 'rooms are not known now');
