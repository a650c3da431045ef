import { type KeyObject, sign } from 'node:crypto';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A signed token (RFC 7519) with an Ed25519 key (RFC 8037). Claims that are undefined are left out. */
export function signJwt(claims: object, key: KeyObject): string {
  const signed = `${part({ alg: 'EdDSA' })}.${part(claims)}`;
  return `${signed}.${sign(null, Buffer.from(signed), key).toString('base64url')}`;
}

/** A token of the algorithm `none`, which nobody may accept. */
export const unsignedJwt = (claims: object): string => `${part({ alg: 'none' })}.${part(claims)}.`;
