import { logger } from '@halftone/service';
import type { Redis } from 'ioredis';

/**
 * The state of a client, for the replica it reconnects to: text fields under the session's name. A session that is
 * not renewed for `ttlMs` expires. While Redis is unreachable no session is known, and writes are lost.
 */
export class Sessions {
  constructor(private readonly redis: Redis) {}

  /** Undefined when the session is unknown, expired, or Redis is unreachable. */
  async read(name: string): Promise<Record<string, string> | undefined> {
    const found = await this.redis.hgetall(keyOf(name)).catch(logUnavailable);
    return found && Object.keys(found).length > 0 ? found : undefined;
  }

  /** Creates the session if it is new. Never rejects. */
  async write(name: string, fields: Readonly<Record<string, string>>, ttlMs: number): Promise<void> {
    await this.redis.multi().hset(keyOf(name), fields).pexpire(keyOf(name), ttlMs).exec().catch(logUnavailable);
  }

  /** Never rejects. */
  async erase(name: string, field: string): Promise<void> {
    await this.redis.hdel(keyOf(name), field).catch(logUnavailable);
  }

  /** Never rejects. */
  async renew(names: readonly string[], ttlMs: number): Promise<void> {
    if (names.length === 0) return;
    const batch = this.redis.pipeline();
    for (const name of names) batch.pexpire(keyOf(name), ttlMs);
    await batch.exec().catch(logUnavailable);
  }
}

const keyOf = (name: string): string => `halftone:session:${name}`;

const logUnavailable = (error: Error): undefined => {
  logger('redis').debug({ reason: error.message }, 'sessions are unavailable');
};
