/** Self-signed X.509 certificates (RFC 5280). */
import 'reflect-metadata';
import * as x509 from '@peculiar/x509';

/** DER in base64; the key is PKCS #8. */
export interface KeyAndCertificate {
  key: string;
  certificate: string;
}

const algorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  hash: 'SHA-256',
  publicExponent: new Uint8Array([1, 0, 1]),
  modulusLength: 2048,
};

const dayMs = 24 * 60 * 60 * 1000;
const lifetimeDays = 36_500;

const base64 = (bytes: ArrayBuffer): string => Buffer.from(bytes).toString('base64');

export async function selfSigned(name: string): Promise<KeyAndCertificate> {
  const keys = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    keys,
    signingAlgorithm: algorithm,
    notBefore: new Date(Date.now() - dayMs),
    notAfter: new Date(Date.now() + lifetimeDays * dayMs),
  });
  return {
    key: base64(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
    certificate: base64(certificate.rawData),
  };
}
