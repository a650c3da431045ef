import { serverUrl } from '@halftone/service';
import { isCertificate, isRsaKey, keyForms } from '@halftone/soap';
import { z } from 'zod';

const certificate = z.string().refine(isCertificate, `not an X.509 certificate: ${keyForms}`);
const milliseconds = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

export const bankSettings = {
  BANK_URL: serverUrl('http', 'https').describe('where the bank takes SOAP messages: http://host:port/bank'),
  BANK_CERT: certificate.describe(`certificate of the bank, the only one whose replies are believed: ${keyForms}`),
  BANK_CLIENT_CERT: certificate.describe(`certificate that the bank knows this service by: ${keyForms}`),
  BANK_CLIENT_KEY: z
    .string()
    .refine(isRsaKey, `not an RSA key: ${keyForms}`)
    .describe(`RSA key of BANK_CLIENT_CERT (PKCS #8): ${keyForms}`)
    .meta({ secret: true }),
  BANK_TIMEOUT_MS: milliseconds(1_500).describe(
    'how long the bank may take for one message, in ms; less than the budget of a request, so that its outcome can still be written',
  ),
  BANK_BREAKER_OPEN_MS: milliseconds(5_000).describe(
    'how long a bank that fails is left alone before it is tried again, in ms',
  ),
};
