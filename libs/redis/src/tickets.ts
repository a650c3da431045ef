import { randomBytes } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import type { Redis } from 'ioredis';

/**
 * Short-lived names for an access token, for clients that cannot set a header. A ticket opens one connection: of any number of attempts
 * to redeem it, on whichever replica, one gets the token. Throws UNAVAILABLE while Redis is away.
 */
export class Tickets {
  constructor(private readonly redis: Redis) {}

  async issue(token: string, ttlSeconds: number): Promise<string> {
    const ticket = randomBytes(24).toString('base64url');
    await this.redis.set(keyOf(ticket), token, 'EX', ttlSeconds).catch(unavailable);
    return ticket;
  }

  /** Undefined if the ticket was never issued, has expired or was redeemed before. */
  async redeem(ticket: string): Promise<string | undefined> {
    return (await this.redis.getdel(keyOf(ticket)).catch(unavailable)) ?? undefined;
  }
}

const keyOf = (ticket: string): string => `halftone:ticket:${ticket}`;

const unavailable = (cause: unknown): never => {
  throw new DomainError('UNAVAILABLE', 'tickets cannot be issued or redeemed at the moment', [], { cause });
};
