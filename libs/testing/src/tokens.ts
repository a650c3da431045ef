import { generateKeyPairSync } from 'node:crypto';
import type { Principal } from '@halftone/service';
import { SignJWT } from 'jose';

const pair = generateKeyPairSync('ed25519');

/** The keys of this test run, as the environment of a service holds them. */
export const testKeys = {
  /** base64 SPKI DER */
  JWT_PUBLIC_KEY: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  /** base64 PKCS8 DER */
  JWT_PRIVATE_KEY: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  REALTIME_CURSOR_KEY: 'what the tests sign with',
};

/** An access token that services booted by `bootService` accept; a negative lifetime gives an expired one. */
export function testToken(
  customer: string,
  role: Principal['role'] = 'customer',
  lifetimeSeconds = 900,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({ role, typ: 'access' })
    .setProtectedHeader({ alg: 'EdDSA' })
    .setIssuer('halftone')
    .setSubject(customer)
    .setIssuedAt(now)
    .setExpirationTime(now + lifetimeSeconds)
    .sign(pair.privateKey);
}
