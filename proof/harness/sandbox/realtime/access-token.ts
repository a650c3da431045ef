import { createPrivateKey, sign } from 'node:crypto';
import { loadSecrets } from '@halftone/tools/engines/secrets.ts';

const lifetimeSeconds = 15 * 60;

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** An access token as the gateway issues it, signed with the key of this checkout (RFC 7519, EdDSA of RFC 8037). */
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
  const signed = `${part({ alg: 'EdDSA' })}.${part(claims)}`;
  const key = createPrivateKey({
    key: Buffer.from(loadSecrets().jwt.privateKey, 'base64'),
    format: 'der',
    type: 'pkcs8',
  });
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}
