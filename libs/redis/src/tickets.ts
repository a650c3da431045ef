import { randomBytes } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import type { Principal } from '@halftone/service';
import type { Redis } from 'ioredis';
import { z } from 'zod';

const stored = z.object({ customer: z.string(), role: z.enum(['customer', 'operator']) });

/**
 * Short-lived names for a principal, for clients that cannot set a header. A ticket opens one connection: of any number of attempts to
 * redeem it, on whichever replica, one gets the principal. Throws UNAVAILABLE while Redis is away.
 */
export class Tickets {
  constructor(private readonly redis: Redis) {}

  async issue({ customer, role }: Principal, ttlSeconds: number): Promise<string> {
    const ticket = randomBytes(24).toString('base64url');
    await this.redis.set(keyOf(ticket), JSON.stringify({ customer, role }), 'EX', ttlSeconds).catch(unavailable);
    return ticket;
  }

  /** Undefined if the ticket was never issued, has expired or was redeemed before. */
  async redeem(ticket: string): Promise<Principal | undefined> {
    const found = await this.redis.getdel(keyOf(ticket)).catch(unavailable);
    return found === null ? undefined : stored.parse(JSON.parse(found));
  }
}

const keyOf = (ticket: string): string => `halftone:ticket:${ticket}`;

const unavailable = (cause: unknown): never => {
  throw new DomainError('UNAVAILABLE', 'tickets cannot be issued or redeemed at the moment', [], { cause });
};
