import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';

/** Certificates and keys as settings hold them: base64 of DER or of PEM, which a shell and a secret store carry in one line, or PEM as it is. */
export const keyForms = 'base64 of DER, or of PEM';

const isPem = (text: string): boolean => text.trimStart().startsWith('-----BEGIN ');

const bytesOf = (text: string): Buffer => (isPem(text) ? Buffer.from(text) : Buffer.from(text, 'base64'));

export const certificateOf = (text: string): X509Certificate => new X509Certificate(bytesOf(text));

/** PKCS #8, as PEM also PKCS #1. */
export function privateKeyOf(text: string): KeyObject {
  const bytes = bytesOf(text);
  return createPrivateKey(isPem(bytes.toString('latin1')) ? bytes : { key: bytes, format: 'der', type: 'pkcs8' });
}

const succeeds = (read: (text: string) => unknown, text: string): boolean => {
  try {
    read(text);
    return true;
  } catch {
    return false;
  }
};

export const isCertificate = (text: string): boolean => succeeds(certificateOf, text);
export const isRsaKey = (text: string): boolean =>
  succeeds(privateKeyOf, text) && privateKeyOf(text).asymmetricKeyType === 'rsa';
