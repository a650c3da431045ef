import { createPublicKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { DomainError } from '@halftone/kernel';
import { ACCESS_AUDIENCE, type Principal, privateKeyOf } from '@halftone/service';
import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { CONFIG, type GatewayConfig } from '../config';

const issuer = 'halftone';
const algorithm = 'EdDSA';
const accessSeconds = 15 * 60;

/** Audience of refresh tokens: only the token endpoint accepts them. */
const REFRESH_AUDIENCE = 'halftone/tokens';

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  /** Seconds until the access token expires. */
  expiresIn: number;
}

/** A refresh token: member number `generation` of its family. */
export interface RefreshToken {
  family: string;
  generation: number;
}

/** The accounts service's permission to issue tokens for this principal, with this refresh token. */
export interface Grant extends RefreshToken {
  principal: Principal;
  issuedAt: Date;
  expiresAt: Date;
}

/**
 * Issues tokens. Services verify access tokens themselves with the public key, so an access token is valid until it
 * expires. A refresh token has no role and is only an id: the accounts service decides whether it is valid and for which
 * role.
 */
@Injectable()
export class TokenService {
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;

  constructor(@Inject(CONFIG) config: GatewayConfig) {
    this.privateKey = privateKeyOf(config.JWT_PRIVATE_KEY);
    this.publicKey = createPublicKey(this.privateKey);
  }

  /** The same grant gives the same refresh token byte for byte: Ed25519 signatures are deterministic (RFC 8032). */
  async issue({ principal: { customer, role }, family, generation, issuedAt, expiresAt }: Grant): Promise<Tokens> {
    const now = secondsOf(new Date());
    const [accessToken, refreshToken] = await Promise.all([
      this.sign({ role, typ: 'access', sub: customer, aud: ACCESS_AUDIENCE, iat: now, exp: now + accessSeconds }),
      this.sign({
        ...{ family, generation, typ: 'refresh', sub: customer, aud: REFRESH_AUDIENCE },
        ...{ iat: secondsOf(issuedAt), exp: secondsOf(expiresAt) },
      }),
    ]);
    return { accessToken, refreshToken, expiresIn: accessSeconds };
  }

  /** Verifies a refresh token. Throws TOKEN_EXPIRED or UNAUTHENTICATED. */
  async read(refreshToken: string): Promise<RefreshToken> {
    try {
      const { payload } = await jwtVerify(refreshToken, this.publicKey, {
        issuer,
        audience: REFRESH_AUDIENCE,
        algorithms: [algorithm],
        requiredClaims: ['exp'],
      });
      return refreshTokenOf(payload);
    } catch (error) {
      if (error instanceof errors.JWTExpired)
        throw new DomainError('TOKEN_EXPIRED', 'the refresh token has expired: sign in again');
      if (error instanceof errors.JOSEError)
        throw new DomainError('UNAUTHENTICATED', 'this is not a valid refresh token');
      throw error;
    }
  }

  private sign(claims: JWTPayload): Promise<string> {
    return new SignJWT(claims).setProtectedHeader({ alg: algorithm }).setIssuer(issuer).sign(this.privateKey);
  }
}

const secondsOf = (time: Date): number => Math.floor(time.getTime() / 1000);

function refreshTokenOf({ typ, family, generation }: JWTPayload): RefreshToken {
  if (typ === 'refresh' && typeof family === 'string' && typeof generation === 'number') return { family, generation };
  throw new DomainError('UNAUTHENTICATED', 'this is not a valid refresh token');
}
