import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { postgresSettings } from '@halftone/postgres';
import type { ConfigOf } from '@halftone/service';
import { z } from 'zod';

/** Certificates and keys as settings hold them: base64 of DER or of PEM, or PEM as it is. */
const bytesOf = (text: string): Buffer =>
  text.trimStart().startsWith('-----BEGIN ') ? Buffer.from(text) : Buffer.from(text, 'base64');

export const certificateOf = (text: string): X509Certificate => new X509Certificate(bytesOf(text));

export function privateKeyOf(text: string): KeyObject {
  const bytes = bytesOf(text);
  const isPem = bytes.toString('latin1').trimStart().startsWith('-----BEGIN ');
  return createPrivateKey(isPem ? bytes : { key: bytes, format: 'der', type: 'pkcs8' });
}

const reads =
  (read: (text: string) => unknown) =>
  (text: string): boolean => {
    try {
      read(text);
      return true;
    } catch {
      return false;
    }
  };

const separator = ',';
const certificatesOf = (list: string): X509Certificate[] =>
  list.split(separator).map((one) => certificateOf(one.trim()));
const forms = 'base64 of DER or of PEM';

export const settings = {
  ...postgresSettings,
  BANK_CERT: z
    .string()
    .refine(reads(certificateOf), `not an X.509 certificate: ${forms}`)
    .describe(`certificate with which replies are signed: ${forms}`),
  BANK_KEY: z
    .string()
    .refine(reads(privateKeyOf), `not a private key: ${forms} (PKCS #8)`)
    .describe(`RSA key of BANK_CERT: ${forms}`)
    .meta({ secret: true }),
  BANK_CLIENT_CERTS_TRUSTED: z
    .string()
    .refine(reads(certificatesOf), `not X.509 certificates: ${forms}, comma separated`)
    .transform(certificatesOf)
    .describe(`certificates of the clients whose signatures are taken, comma separated, each ${forms}`),
  BANK_USERNAME: z.string().min(1).default('payments').describe('user name of clients without a certificate'),
  BANK_PASSWORD: z
    .string()
    .min(8)
    .describe('password of that user; a digest of it travels, so it is kept as it is')
    .meta({ secret: true }),
  SEED_LOAD_CUSTOMERS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('accounts of load-1, load-2 … with a million dollars each, for load tests'),
};

export type BankConfig = ConfigOf<typeof settings>;
