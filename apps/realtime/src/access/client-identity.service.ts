import { DomainError } from '@halftone/kernel';
import { Tickets } from '@halftone/redis';
import { callerOf, type Principal, verifyToken } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { gallery } from './channel';

/** The verified client of a connection, with its access token for calls to other services. */
export interface ClientIdentity {
  readonly principal: Principal;
  readonly token: string;
  /** When the token expires, in epoch milliseconds. */
  readonly expires: number;
}

/** Identifies clients by an access token, or by a single-use ticket, because browsers send no headers on a WebSocket or EventSource. */
@Injectable()
export class ClientIdentityService {
  constructor(private readonly tickets: Tickets) {}

  /** Throws UNAUTHENTICATED or TOKEN_EXPIRED; UNAVAILABLE while Redis is down. */
  async identify(ticket: string | undefined, authorization: string | undefined): Promise<ClientIdentity> {
    if (ticket !== undefined) return this.redeem(ticket);
    const { principal, token, expires, refused } = await callerOf(authorization);
    if (principal && token !== undefined && expires !== undefined) return { principal, token, expires };
    throw (
      refused ??
      new DomainError('UNAUTHENTICATED', 'Send an access token (Authorization: Bearer …) or a ticket (?ticket=…)')
    );
  }

  /** Undefined for an anonymous client of the public gallery. */
  async identifyFor(
    channel: string,
    ticket: string | undefined,
    authorization: string | undefined,
  ): Promise<ClientIdentity | undefined> {
    const isAnonymous = channel === gallery && ticket === undefined && authorization === undefined;
    return isAnonymous ? undefined : this.identify(ticket, authorization);
  }

  /**
   * The identity of a fresh token. Throws UNAUTHENTICATED or TOKEN_EXPIRED. Throws FORBIDDEN for another customer or role,
   * because the connection's subscriptions were permitted to the current one.
   */
  async renew(current: ClientIdentity | undefined, token: string): Promise<ClientIdentity> {
    const fresh = await verifyToken(token);
    if (current && !isSame(current.principal, fresh.principal)) {
      throw new DomainError('FORBIDDEN', 'This token is of another customer or role; open another connection with it');
    }
    return fresh;
  }

  private async redeem(ticket: string): Promise<ClientIdentity> {
    const token = await this.tickets.redeem(ticket);
    if (!token) throw new DomainError('UNAUTHENTICATED', 'The ticket is unknown, expired or already used');
    return verifyToken(token);
  }
}

const isSame = (one: Principal, other: Principal): boolean =>
  one.customer === other.customer && one.role === other.role;

/** How long before its token expires a client is warned, in ms. */
const warningMs = 30_000;

/** Whether a connection is due for a warning or its end, by the expiry of its token. Both times in epoch ms. */
export function dueAt(now: number, expires: number, wasWarned: boolean): 'warn' | 'end' | undefined {
  if (now >= expires) return 'end';
  return !wasWarned && now >= expires - warningMs ? 'warn' : undefined;
}
