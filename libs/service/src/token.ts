import type { KeyObject } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import { BoundedCache } from './bounded-cache';
import type { CallContext, Principal } from './call-context';
import { counter } from './metrics';
import { publicKeyOf } from './signing-key';

/**
 * Access tokens: Ed25519 JWTs of the gateway, verified here with the public key alone. Each token has one audience
 * (RFC 7519 §4.1.3); a token for another one, such as a refresh token, is rejected. A verified token is cached until
 * it expires, without a second signature check, as long as the cache has space.
 */
const claims = z.object({
  sub: z.string().min(1),
  role: z.enum(['customer', 'operator']),
  typ: z.literal('access'),
  exp: z.number(),
});

/** The audience of access tokens: every service of the shop. */
export const ACCESS_AUDIENCE = 'halftone';

interface Verified {
  /** One copy, however many connections refer to it. */
  token: string;
  principal: Principal;
  /** Epoch milliseconds. */
  expires: number;
}

const checks = counter('access_tokens_total', 'Access tokens by outcome: found in the cache, verified or rejected', {
  outcome: ['remembered', 'verified', 'refused'],
});
/** The size of the parsed claims, in addition to the text of the token. */
const PRINCIPAL_BYTES = 250;
const MEBIBYTE = 2 ** 20;

let verified = new BoundedCache<Verified>({ maxBytes: 16 * MEBIBYTE });
let key: KeyObject | undefined;

/** Sets the public key of the process, from JWT_PUBLIC_KEY, and the memory limit for verified tokens. */
export function trustKey(text: string, cacheBytes = 16 * MEBIBYTE): void {
  key = publicKeyOf(text);
  verified = new BoundedCache({ maxBytes: cacheBytes });
}

/** Throws TOKEN_EXPIRED, or UNAUTHENTICATED for any other problem. */
export async function verifyToken(token: string, now: Date = new Date()): Promise<Verified> {
  const known = verified.get(token, now.getTime());
  if (known) {
    checks.inc({ outcome: 'remembered' });
    return known;
  }
  const checked = await check(token, now).catch((error: unknown) => {
    checks.inc({ outcome: 'refused' });
    throw error;
  });
  checks.inc({ outcome: 'verified' });
  verified.set(token, checked, { bytes: token.length + PRINCIPAL_BYTES, expires: checked.expires });
  return checked;
}

async function check(token: string, now: Date): Promise<Verified> {
  try {
    if (!key) throw new Error('no public key is set');
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['EdDSA'],
      issuer: 'halftone',
      audience: ACCESS_AUDIENCE,
      currentDate: now,
    });
    const { sub, role, exp } = claims.parse(payload);
    return { token, principal: { customer: sub, role }, expires: exp * 1_000 };
  } catch (cause) {
    if (cause instanceof errors.JWTExpired)
      throw new DomainError('TOKEN_EXPIRED', 'The access token has expired', [], { cause });
    throw new DomainError('UNAUTHENTICATED', 'The access token is not valid', [], { cause });
  }
}

const bearer = /^Bearer ([\w.~+/-]+=*)$/i;

/** The caller in an Authorization header. Never throws, see CallContext.refused. */
export async function callerOf(authorization: string | undefined): Promise<CallContext> {
  if (authorization === undefined) return {};
  const token = bearer.exec(authorization)?.[1];
  if (!token) return { refused: new DomainError('UNAUTHENTICATED', 'The Authorization header has no bearer token') };
  try {
    return { ...(await verifyToken(token)) };
  } catch (error) {
    return {
      refused:
        error instanceof DomainError ? error : new DomainError('UNAUTHENTICATED', 'The access token is not valid'),
    };
  }
}
