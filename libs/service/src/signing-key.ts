import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { isReadable, pemOf } from './pem';

/**
 * Ed25519 keys in settings: base64 of DER, the shortest form, or base64 of PEM, which secret stores and chart functions
 * produce. Plain PEM works too. Of a certificate only the public key is used.
 */

/** SPKI DER, or PEM of a public key or an X.509 certificate. Throws for anything but an Ed25519 key. */
export function publicKeyOf(text: string): KeyObject {
  const pem = pemOf(text, 'PUBLIC KEY');
  // createPublicKey would accept a private key and derive the public one: a private key must not spread to services that
  // only verify.
  if (pem.includes('PRIVATE KEY-----')) throw new Error('this is a private key, but a public key is required');
  return requireEd25519(createPublicKey(pem));
}

/** PKCS #8 DER or PEM. Throws for anything but an Ed25519 key. */
export const privateKeyOf = (text: string): KeyObject => requireEd25519(createPrivateKey(pemOf(text, 'PRIVATE KEY')));

function requireEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`not an Ed25519 key but ${key.asymmetricKeyType}`);
  return key;
}

/** For the settings schemas. */
export const isPublicKey = isReadable(publicKeyOf);
export const isPrivateKey = isReadable(privateKeyOf);
