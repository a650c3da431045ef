import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { serverUrl } from '@halftone/service';
import { z } from 'zod';

/** base64 of DER or of PEM, which a shell and a secret store carry in one line, or PEM as it is. */
const bytesOf = (text: string): Buffer => (isPem(text) ? Buffer.from(text) : Buffer.from(text, 'base64'));

const isPem = (text: string): boolean => text.trimStart().startsWith('-----BEGIN ');

export const certificateOf = (text: string): X509Certificate => new X509Certificate(bytesOf(text));

/** PKCS #8. */
export function keyOf(text: string): KeyObject {
  const bytes = bytesOf(text);
  return createPrivateKey(isPem(bytes.toString('latin1')) ? bytes : { key: bytes, format: 'der', type: 'pkcs8' });
}

const reads = (read: (text: string) => unknown) => (text: string) => {
  try {
    read(text);
    return true;
  } catch {
    return false;
  }
};

const forms = 'base64 of DER, or of PEM';
const certificate = z.string().refine(reads(certificateOf), `not an X.509 certificate: ${forms}`);
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

export const bankSettings = {
  BANK_URL: serverUrl('http', 'https').describe('where the bank takes SOAP messages: http://host:port/bank'),
  BANK_CERT: certificate.describe(`certificate of the bank, the only one whose replies are believed: ${forms}`),
  BANK_CLIENT_CERT: certificate.describe(`certificate that the bank knows this service by: ${forms}`),
  BANK_CLIENT_KEY: z
    .string()
    .refine(reads(keyOf), `not a private key: ${forms}`)
    .describe(`RSA key of BANK_CLIENT_CERT (PKCS #8): ${forms}`)
    .meta({ secret: true }),
  BANK_TIMEOUT_MS: milliseconds(1_500).describe(
    'how long the bank may take for one message, in ms; less than the budget of a request, so that its outcome can still be written',
  ),
  BANK_BREAKER_OPEN_MS: milliseconds(5_000).describe(
    'how long a bank that fails is left alone before it is tried again, in ms',
  ),
};
