import type { IncomingMessage } from 'node:http';
import { type Readable, Transform } from 'node:stream';
import { limits } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { currentCall, requirePrincipal } from './call-context';
import { addressOf } from './client-address';
import { hasContent } from './edge-rules';
import type { Fastify } from './fastify';
import { gauge } from './metrics';

/**
 * Whose bodies a route reads: of callers with a token, of callers with a token or a ticket (`?ticket=`), or of
 * anyone.
 */
type BodyRule = 'signed-in' | 'ticket' | 'anyone';

/** By path; `*` means every other route. */
export type BodyRules = Readonly<Record<string, BodyRule>>;

/** Bytes of bodies from callers without a token that the process keeps until they are answered. */
const heldBytes = gauge('http_anonymous_body_bytes', 'Bytes of bodies from callers without a token in memory');

/**
 * Checks the caller before the body is read. A route for customers answers 401 immediately. The bodies of callers without
 * a token are limited per body, per address and for the process. A ticket is only checked after the body, so its
 * holder counts as a caller without a token.
 */
export function admitBodies(fastify: Fastify, rules: BodyRules, largest: number = limits.anonymousBody.value): void {
  const budget = new BodyBudget();
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (request.is404 || bodiless.has(request.method) || !hasContent(request.raw)) return done(null, payload);
    if (currentCall()?.principal) return done(null, payload);
    const rule = rules[request.routeOptions.url ?? '*'] ?? rules['*'] ?? 'signed-in';
    try {
      if (rule === 'signed-in' || (rule === 'ticket' && !hasTicket(request.url))) requirePrincipal();
      const length = lengthOf(request.raw);
      const bytes = length ?? largest;
      if (bytes > largest) throw tooLarge(largest);
      reply.raw.once('close', budget.reserve(addressOf(request.raw), bytes));
      done(null, length === undefined ? payload.pipe(limitedTo(largest)) : payload);
    } catch (error) {
      done(error as Error);
    }
  });
}

/** Fastify does not parse bodies of these methods. */
const bodiless = new Set(['GET', 'HEAD', 'OPTIONS']);
const hasTicket = (url: string) => /[?&]ticket=/.test(url);

function lengthOf({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined || headers['transfer-encoding'] !== undefined ? undefined : Number(length);
}

const tooLarge = (bytes: number) =>
  new DomainError('BODY_TOO_LARGE', `Without an access token a body may have at most ${bytes} bytes`);

/** For a body without Content-Length. */
function limitedTo(bytes: number): Readable & NodeJS.WritableStream {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > bytes) done(tooLarge(bytes));
      else done(null, chunk);
    },
  });
}

class BodyBudget {
  private total = 0;
  private readonly byAddress = new Map<string, number>();

  /** Reserves the bytes and returns a function that releases them. Throws RATE_LIMITED or OVERLOADED. */
  reserve(address: string, bytes: number): () => void {
    const own = (this.byAddress.get(address) ?? 0) + bytes;
    if (own > limits.anonymousBodiesOfAddress.value)
      throw new DomainError('RATE_LIMITED', 'Your address has too many unanswered requests without a token');
    if (this.total + bytes > limits.anonymousBodies.value)
      throw new DomainError('OVERLOADED', 'Too many requests without a token; send a token, or try again later');
    this.add(address, bytes);
    return () => this.add(address, -bytes);
  }

  private add(address: string, bytes: number): void {
    this.total += bytes;
    heldBytes.inc(bytes);
    const own = (this.byAddress.get(address) ?? 0) + bytes;
    if (own > 0) this.byAddress.set(address, own);
    else this.byAddress.delete(address);
  }
}
