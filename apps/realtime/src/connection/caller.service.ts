import { DomainError } from '@halftone/kernel';
import { Tickets } from '@halftone/redis';
import { callerOf, type Principal, verifyToken } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { gallery } from './channel';

/** Who connects, with the access token that says so: other services are called with it. */
export interface Caller {
  readonly principal: Principal;
  readonly token: string;
  /** Epoch milliseconds at which the token ends. */
  readonly expires: number;
}

/** Who connects: by a single-use ticket, because a browser can set no header on a WebSocket or an EventSource, or by an access token. */
@Injectable()
export class CallerService {
  constructor(private readonly tickets: Tickets) {}

  /** Throws UNAUTHENTICATED or TOKEN_EXPIRED; UNAVAILABLE when tickets cannot be looked up. */
  async identify(ticket: string | undefined, authorization: string | undefined): Promise<Caller> {
    if (ticket !== undefined) return this.redeem(ticket);
    const { principal, token, expires, refused } = await callerOf(authorization);
    if (principal && token !== undefined && expires !== undefined) return { principal, token, expires };
    throw (
      refused ??
      new DomainError('UNAUTHENTICATED', 'Send an access token (Authorization: Bearer …) or a ticket (?ticket=…)')
    );
  }

  /** Undefined for somebody who wants what everybody may have and does not say who they are. */
  async identifyFor(
    channel: string,
    ticket: string | undefined,
    authorization: string | undefined,
  ): Promise<Caller | undefined> {
    const isNobody = channel === gallery && ticket === undefined && authorization === undefined;
    return isNobody ? undefined : this.identify(ticket, authorization);
  }

  private async redeem(ticket: string): Promise<Caller> {
    const token = await this.tickets.redeem(ticket);
    if (!token) throw new DomainError('UNAUTHENTICATED', 'The ticket is unknown, expired or used already');
    return verifyToken(token);
  }
}
