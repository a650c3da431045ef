import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { isReadable, pemOf } from '@halftone/service';

/** The forms of certificates and keys in settings: base64 fits into one line of a shell or secret store; plain PEM works too. */
export const keyForms = 'base64 of DER, or of PEM';

export const certificateOf = (text: string): X509Certificate => new X509Certificate(pemOf(text, 'CERTIFICATE'));

/** PKCS #8, as PEM also PKCS #1. */
export const privateKeyOf = (text: string): KeyObject => createPrivateKey(pemOf(text, 'PRIVATE KEY'));

/** For the settings schemas. */
export const isCertificate = isReadable(certificateOf);
const isPrivateKey = isReadable(privateKeyOf);
export const isRsaKey = (text: string): boolean => isPrivateKey(text) && privateKeyOf(text).asymmetricKeyType === 'rsa';
