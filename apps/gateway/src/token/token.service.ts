import { createPublicKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@halftone/kernel';
import { type Principal, privateKeyOf } from '@halftone/service';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { CONFIG, type GatewayConfig } from '../config';

const issuer = 'halftone';
const algorithm = 'EdDSA';
const lifetimes = { access: 15 * 60, refresh: 24 * 60 * 60 } as const;

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
}

/**
 * Signs who somebody is. The two kinds differ by `typ`, so neither passes for the other; services check access tokens themselves by
 * the public key. Nothing is stored: a token can't be taken back before it expires.
 */
@Injectable()
export class TokenService {
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;

  constructor(@Inject(CONFIG) config: GatewayConfig) {
    this.privateKey = privateKeyOf(config.JWT_PRIVATE_KEY);
    this.publicKey = createPublicKey(this.privateKey);
  }

  async issue(principal: Principal): Promise<Tokens> {
    const [accessToken, refreshToken] = await Promise.all([
      this.sign(principal, 'access'),
      this.sign(principal, 'refresh'),
    ]);
    return { accessToken, refreshToken, expiresIn: lifetimes.access };
  }

  /** Who the refresh token was given to. */
  async redeem(refreshToken: string): Promise<Principal> {
    try {
      const { payload } = await jwtVerify(refreshToken, this.publicKey, {
        issuer,
        algorithms: [algorithm],
        requiredClaims: ['exp'],
      });
      return principalOf(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new DomainError('TOKEN_EXPIRED', 'the refresh token has expired: sign in again');
      if (error instanceof errors.JOSEError)
        throw new DomainError('UNAUTHENTICATED', 'this is no refresh token of ours');
      throw error;
    }
  }

  private sign({ customer, role }: Principal, typ: keyof typeof lifetimes): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({ role, typ })
      .setProtectedHeader({ alg: algorithm })
      .setIssuer(issuer)
      .setSubject(customer)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimes[typ])
      .sign(this.privateKey);
  }
}

function principalOf({ sub, role, typ }: JWTPayload): Principal {
  if (typ === 'refresh' && sub && (role === 'customer' || role === 'operator')) return { customer: sub, role };
  throw new DomainError('UNAUTHENTICATED', 'this is no refresh token of ours');
}
