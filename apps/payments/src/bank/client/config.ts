import { serverUrl } from '@halftone/service';
import { isCertificate, isRsaKey, keyForms } from '@halftone/soap';
import { z } from 'zod';

const certificate = z.string().refine(isCertificate, `not an X.509 certificate: ${keyForms}`);
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

export const bankSettings = {
  BANK_URL: serverUrl('http', 'https').describe('SOAP endpoint of the bank: http://host:port/bank'),
  BANK_CERT: certificate.describe(`certificate of the bank, which must sign every reply: ${keyForms}`),
  BANK_CLIENT_CERT: certificate.describe(`certificate by which the bank identifies this service: ${keyForms}`),
  BANK_CLIENT_KEY: z
    .string()
    .refine(isRsaKey, `not an RSA key: ${keyForms}`)
    .describe(`RSA key of BANK_CLIENT_CERT (PKCS #8): ${keyForms}`)
    .meta({ secret: true }),
  BANK_TIMEOUT_MS: milliseconds(1_500).describe(
    'time limit of one message to the bank, in ms; less than the deadline of a request, so that the outcome can still be stored',
  ),
  BANK_BREAKER_OPEN_MS: milliseconds(5_000).describe(
    'how long the open circuit breaker waits before it tries the bank again, in ms',
  ),
};
