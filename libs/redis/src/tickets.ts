import { randomBytes } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import type { Redis } from 'ioredis';
import { nameOf, seal, unseal } from './ticket-seal';

/** A request for an event stream with a ticket. */
interface StreamRequest {
  /** The value that the first use binds the ticket to; compared as text. */
  boundTo: string;
  /** Whether the client has proved that it received this ticket's stream before. */
  mayRepeat: boolean;
  /** The replica that will serve the stream. */
  replica: string;
}

interface StreamUse {
  token: string;
  /** The replica that served the stream before; undefined at the first use. */
  previous: string | undefined;
}

/** Time to verify the token after the first use, until `keepUntil` is called. */
const provisionalMs = 30_000;

/** An unused ticket is a string with its sealed token; a used one is a hash, or gone. */
const redeemScript = `
  if redis.call('TYPE', KEYS[1]).ok ~= 'string' then return false end
  return redis.call('GETDEL', KEYS[1])`;

const streamScript = `
  if redis.call('TYPE', KEYS[1]).ok == 'string' then
    local token = redis.call('GETDEL', KEYS[1])
    redis.call('HSET', KEYS[1], 'token', token, 'boundTo', ARGV[1], 'replica', ARGV[3])
    redis.call('PEXPIRE', KEYS[1], ARGV[4])
    return { token }
  end
  local held = redis.call('HMGET', KEYS[1], 'token', 'boundTo', 'replica')
  if ARGV[2] ~= '1' or held[2] ~= ARGV[1] then return false end
  redis.call('HSET', KEYS[1], 'replica', ARGV[3])
  return { held[1], held[3] }`;

/**
 * Short-lived names for an access token, for clients that cannot set a header. A ticket opens one connection: of any
 * number of concurrent attempts on any replica, one gets the token. Only an event stream may be reopened with its
 * ticket, until the token expires (docs/adr/0010). Redis contains neither tickets nor tokens: the key is a hash of
 * the ticket, and the token is sealed with the ticket. Throws UNAVAILABLE while Redis is unreachable.
 */
export class Tickets {
  constructor(private readonly redis: Redis) {}

  async issue(token: string, ttlSeconds: number): Promise<string> {
    const ticket = randomBytes(24).toString('base64url');
    await this.redis.set(keyOf(ticket), seal(token, ticket), 'EX', ttlSeconds).catch(unavailable);
    return ticket;
  }

  /** Undefined if the ticket was never issued, has expired or was used. */
  async redeem(ticket: string): Promise<string | undefined> {
    const sealed = await this.redis.eval(redeemScript, 1, keyOf(ticket)).catch(unavailable);
    return sealed === null ? undefined : unseal(sealed as string, ticket);
  }

  /** Undefined like `redeem`, and if it was used by a stream that this request may not continue. */
  async openStream(ticket: string, { boundTo, mayRepeat, replica }: StreamRequest): Promise<StreamUse | undefined> {
    const args = [boundTo, mayRepeat ? '1' : '0', replica, provisionalMs];
    const found = await this.redis.eval(streamScript, 1, keyOf(ticket), ...args).catch(unavailable);
    if (found === null) return undefined;
    const [sealed = '', previous] = found as string[];
    const token = unseal(sealed, ticket);
    return token === undefined ? undefined : { token, previous };
  }

  /** The stream may be reopened until then (epoch ms). */
  async keepUntil(ticket: string, expires: number): Promise<void> {
    await this.redis.pexpireat(keyOf(ticket), expires).catch(unavailable);
  }
}

const keyOf = (ticket: string): string => `halftone:ticket:${nameOf(ticket)}`;

const unavailable = (cause: unknown): never => {
  throw new DomainError('UNAVAILABLE', 'tickets cannot be issued or redeemed at the moment', [], { cause });
};
