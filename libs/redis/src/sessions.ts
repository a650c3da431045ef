import { logger } from '@halftone/service';
import type { Redis } from 'ioredis';

/**
 * What a client is doing, for whichever replica it comes back to: fields of text under the session's name. A session that nobody renews
 * for `ttlMs` is forgotten. While Redis is away nothing is known of any session, and what is written is lost.
 */
export class Sessions {
  constructor(private readonly redis: Redis) {}

  /** Undefined when it is unknown, forgotten, or Redis is away. */
  async read(name: string): Promise<Record<string, string> | undefined> {
    const found = await this.redis.hgetall(keyOf(name)).catch(unwritten);
    return found && Object.keys(found).length > 0 ? found : undefined;
  }

  /** Begins the session where it is new. Never rejects. */
  async write(name: string, fields: Readonly<Record<string, string>>, ttlMs: number): Promise<void> {
    await this.redis.multi().hset(keyOf(name), fields).pexpire(keyOf(name), ttlMs).exec().catch(unwritten);
  }

  /** Never rejects. */
  async erase(name: string, field: string): Promise<void> {
    await this.redis.hdel(keyOf(name), field).catch(unwritten);
  }

  /** Never rejects. */
  async renew(names: readonly string[], ttlMs: number): Promise<void> {
    if (names.length === 0) return;
    const batch = this.redis.pipeline();
    for (const name of names) batch.pexpire(keyOf(name), ttlMs);
    await batch.exec().catch(unwritten);
  }
}

const keyOf = (name: string): string => `halftone:session:${name}`;

const unwritten = (error: Error): undefined => {
  logger('redis').debug({ reason: error.message }, 'sessions are not known now');
};
