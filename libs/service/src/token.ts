import type { KeyObject } from 'node:crypto';
import { DomainError } from '@halftone/kernel';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { CallContext, Principal } from './call-context';
import { publicKeyOf } from './signing-key';

/**
 * Access tokens: Ed25519 JWTs of the gateway, verified here from the public key alone.
 * A token that was verified once is believed until it expires, without a second signature check.
 */
const claims = z.object({
  sub: z.string().min(1),
  role: z.enum(['customer', 'operator']),
  typ: z.literal('access'),
  exp: z.number(),
});

interface Verified {
  /** One copy, however many connections hold it. */
  token: string;
  principal: Principal;
  /** Epoch milliseconds. */
  expires: number;
}

const remembered = 1_000;
const verified = new Map<string, Verified>();
let key: KeyObject | undefined;

/** The key of the process, as JWT_PUBLIC_KEY holds it. */
export function trustKey(text: string): void {
  key = publicKeyOf(text);
  verified.clear();
}

/** Throws TOKEN_EXPIRED, or UNAUTHENTICATED for everything else that is wrong with it. */
export async function verifyToken(token: string, now: Date = new Date()): Promise<Verified> {
  const known = verified.get(token);
  if (known && known.expires > now.getTime()) return known;
  const checked = await check(token, now);
  if (verified.size >= remembered) verified.delete(verified.keys().next().value ?? token);
  verified.set(token, checked);
  return checked;
}

async function check(token: string, now: Date): Promise<Verified> {
  try {
    if (!key) throw new Error('no key is trusted');
    const { payload } = await jwtVerify(token, key, { algorithms: ['EdDSA'], issuer: 'halftone', currentDate: now });
    const { sub, role, exp } = claims.parse(payload);
    return { token, principal: { customer: sub, role }, expires: exp * 1_000 };
  } catch (cause) {
    if (cause instanceof errors.JWTExpired)
      throw new DomainError('TOKEN_EXPIRED', 'The access token has expired', [], { cause });
    throw new DomainError('UNAUTHENTICATED', 'The access token is not valid', [], { cause });
  }
}

const bearer = /^Bearer ([\w.~+/-]+=*)$/i;

/** What an Authorization header says about the caller; never throws, see CallContext.refused. */
export async function callerOf(authorization: string | undefined): Promise<CallContext> {
  if (authorization === undefined) return {};
  const token = bearer.exec(authorization)?.[1];
  if (!token) return { refused: new DomainError('UNAUTHENTICATED', 'The Authorization header holds no bearer token') };
  try {
    return { ...(await verifyToken(token)) };
  } catch (error) {
    return {
      refused:
        error instanceof DomainError ? error : new DomainError('UNAUTHENTICATED', 'The access token is not valid'),
    };
  }
}
