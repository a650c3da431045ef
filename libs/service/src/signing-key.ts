import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';

/**
 * Ed25519 keys as settings hold them: base64 of DER, the shortest form, or of PEM, which is what secret stores and chart functions make.
 * PEM as it is works too. A certificate gives its public key; nothing else of it is looked at.
 */
const pemBegins = '-----BEGIN ';

const bytesOf = (text: string): Buffer =>
  text.trimStart().startsWith(pemBegins) ? Buffer.from(text) : Buffer.from(text, 'base64');

const isPem = (bytes: Buffer): boolean => bytes.toString('latin1').trimStart().startsWith(pemBegins);

/** SPKI DER, or PEM of a public key or an X.509 certificate. Throws when it is none or of another kind than Ed25519. */
export function publicKeyOf(text: string): KeyObject {
  const bytes = bytesOf(text);
  // createPublicKey would take a private key as well and derive the other half: such a key must not spread to those who only verify.
  if (bytes.includes('PRIVATE KEY-----')) throw new Error('a private key where the public one is asked for');
  return requireEd25519(createPublicKey(isPem(bytes) ? bytes : { key: bytes, format: 'der', type: 'spki' }));
}

/** PKCS #8 DER or PEM. Throws when it is none or of another kind than Ed25519. */
export function privateKeyOf(text: string): KeyObject {
  const bytes = bytesOf(text);
  return requireEd25519(createPrivateKey(isPem(bytes) ? bytes : { key: bytes, format: 'der', type: 'pkcs8' }));
}

function requireEd25519(key: KeyObject): KeyObject {
  if (key.asymmetricKeyType !== 'ed25519') throw new Error(`not an Ed25519 key but ${key.asymmetricKeyType}`);
  return key;
}

const succeeds =
  (read: (text: string) => KeyObject) =>
  (text: string): boolean => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };

/** For the schemas of settings. */
export const isPublicKey = succeeds(publicKeyOf);
export const isPrivateKey = succeeds(privateKeyOf);
