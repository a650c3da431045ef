import { generateKeyPairSync } from 'node:crypto';
import { signJwt } from '@halftone/local';
import { ACCESS_AUDIENCE, type Principal } from '@halftone/service';

const pair = generateKeyPairSync('ed25519');

/** The keys of this test run, as environment variables of a service. */
export const testKeys = {
  /** base64 SPKI DER */
  JWT_PUBLIC_KEY: pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64'),
  /** base64 PKCS8 DER */
  JWT_PRIVATE_KEY: pair.privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64'),
  REALTIME_CURSOR_KEY: 'a cursor key for tests',
};

/** An access token that services booted by `bootService` accept. A negative lifetime makes an expired one. */
export async function testToken(
  customer: string,
  role: Principal['role'] = 'customer',
  lifetimeSeconds = 900,
  audience = ACCESS_AUDIENCE,
): Promise<string> {
  const now = Math.floor(Date.now() / 1000);
  const claims = { role, typ: 'access', iss: 'halftone', aud: audience, sub: customer, iat: now };
  return signJwt({ ...claims, exp: now + lifetimeSeconds }, pair.privateKey);
}
