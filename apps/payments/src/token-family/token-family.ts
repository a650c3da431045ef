import { DomainError } from '@halftone/kernel';

/**
 * All refresh tokens of one sign-in (RFC 9700 §4.14.2). Each token is used once, for the next one. A second use means that
 * the token was copied. The server cannot distinguish thief from owner, so the family is revoked for both.
 */
export interface TokenFamily {
  id: string;
  customer: string;
  /** The number of the newest token, from 1. */
  generation: number;
  /** When the newest token was issued. */
  rotatedAt: Date;
  /** The key of the request that issued the newest token; null if the client sent none. */
  rotatedBy: string | null;
  revokedAt: Date | null;
  createdAt: Date;
  /** When the newest token expires. */
  expiresAt: Date;
}

export interface RefreshTokenUse {
  generation: number;
  requestKey: string | null;
}

const hourMs = 60 * 60 * 1000;

export const lifetimes = {
  /** A refresh token expires when it is not used for this time. */
  tokenMs: 24 * hourMs,
  /** The longest duration of a sign-in. */
  familyMs: 30 * 24 * hourMs,
  /** How long a client that lost an answer may repeat the request with the same key. */
  repeatMs: 60_000,
} as const;

const expiryOf = (createdAt: Date, now: Date): Date =>
  new Date(Math.min(now.getTime() + lifetimes.tokenMs, createdAt.getTime() + lifetimes.familyMs));

export const openFamily = (id: string, customer: string, now: Date): TokenFamily => ({
  id,
  customer,
  generation: 1,
  rotatedAt: now,
  rotatedBy: null,
  revokedAt: null,
  createdAt: now,
  expiresAt: expiryOf(now, now),
});

export type Rotation =
  | { decision: 'rotate'; family: TokenFamily }
  /** The client lost the answer: it gets the same token again. */
  | { decision: 'repeat'; family: TokenFamily }
  | { decision: 'revoke'; refusal: DomainError }
  | { decision: 'refuse'; refusal: DomainError };

export function decideRotation(family: TokenFamily | undefined, use: RefreshTokenUse, now: Date): Rotation {
  if (!family || family.expiresAt <= now) return { decision: 'refuse', refusal: ended() };
  if (family.revokedAt) return { decision: 'refuse', refusal: revoked('The family of this refresh token was revoked') };
  if (use.generation === family.generation) return { decision: 'rotate', family: next(family, use, now) };
  if (isRepeated(family, use, now)) return { decision: 'repeat', family };
  return { decision: 'revoke', refusal: revoked('This refresh token was used before: its whole family is revoked') };
}

const next = (family: TokenFamily, { requestKey }: RefreshTokenUse, now: Date): TokenFamily => ({
  ...family,
  generation: family.generation + 1,
  rotatedAt: now,
  rotatedBy: requestKey,
  expiresAt: expiryOf(family.createdAt, now),
});

/** Only the original client knows the key of the request that used the token. */
const isRepeated = ({ generation, rotatedBy, rotatedAt }: TokenFamily, use: RefreshTokenUse, now: Date): boolean =>
  use.generation === generation - 1 &&
  use.requestKey !== null &&
  use.requestKey === rotatedBy &&
  now.getTime() - rotatedAt.getTime() < lifetimes.repeatMs;

const ended = () => new DomainError('TOKEN_EXPIRED', 'The refresh token has expired: sign in again');
const revoked = (what: string) => new DomainError('TOKEN_REVOKED', `${what}: sign in again`);
