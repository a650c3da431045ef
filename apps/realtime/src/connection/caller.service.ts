import { DomainError } from '@halftone/kernel';
import { Tickets } from '@halftone/redis';
import { callerOf, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';

/** Who connects: by a single-use ticket, because a browser can set no header on a WebSocket or an EventSource, or by an access token. */
@Injectable()
export class CallerService {
  constructor(private readonly tickets: Tickets) {}

  /** Throws UNAUTHENTICATED or TOKEN_EXPIRED; UNAVAILABLE when tickets cannot be looked up. */
  async principalOf(ticket: string | undefined, authorization: string | undefined): Promise<Principal> {
    if (ticket !== undefined) return this.redeem(ticket);
    const { principal, refused } = await callerOf(authorization);
    if (principal) return principal;
    throw (
      refused ??
      new DomainError('UNAUTHENTICATED', 'Send an access token (Authorization: Bearer …) or a ticket (?ticket=…)')
    );
  }

  private async redeem(ticket: string): Promise<Principal> {
    const principal = await this.tickets.redeem(ticket);
    if (!principal) throw new DomainError('UNAUTHENTICATED', 'The ticket is unknown, expired or used already');
    return principal;
  }
}
