import { createPrivateKey, type KeyObject } from 'node:crypto';
import { signJwt } from '@halftone/local';
import { loadSecrets } from '@halftone/tools/engines/secrets.ts';

const lifetimeSeconds = 15 * 60;

/** The key with which the gateway of this checkout signs tokens. */
export const checkoutKey = (): KeyObject =>
  createPrivateKey({ key: Buffer.from(loadSecrets().jwt.privateKey, 'base64'), format: 'der', type: 'pkcs8' });

/** An access token as the gateway issues it, signed with the key of this checkout. */
export function signAccessToken(customer: string, role: 'customer' | 'operator' = 'customer'): string {
  const iat = Math.floor(Date.now() / 1000);
  const claims = {
    iss: 'halftone',
    aud: 'halftone',
    sub: customer,
    role,
    typ: 'access',
    iat,
    exp: iat + lifetimeSeconds,
  };
  return signJwt(claims, checkoutKey());
}
