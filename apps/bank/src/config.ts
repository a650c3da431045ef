import { postgresSettings } from '@halftone/postgres';
import type { ConfigOf } from '@halftone/service';
import { certificateOf, isCertificate, isRsaKey, keyForms } from '@halftone/soap';
import { z } from 'zod';

const separator = ',';
const certificatesOf = (list: string) => list.split(separator).map((one) => certificateOf(one.trim()));

export const settings = {
  ...postgresSettings,
  BANK_CERT: z
    .string()
    .refine(isCertificate, `not an X.509 certificate: ${keyForms}`)
    .describe(`certificate that signs replies: ${keyForms}`),
  BANK_KEY: z
    .string()
    .refine(isRsaKey, `not an RSA key: ${keyForms}`)
    .describe(`RSA key of BANK_CERT: ${keyForms}`)
    .meta({ secret: true }),
  BANK_CLIENT_CERTS_TRUSTED: z
    .string()
    .refine(
      (list) => list.split(separator).every((one) => isCertificate(one.trim())),
      `not X.509 certificates: ${keyForms}, comma separated`,
    )
    .transform(certificatesOf)
    .describe(`certificates of the clients whose signatures are accepted, comma separated, each ${keyForms}`),
  BANK_USERNAME: z.string().min(1).default('payments').describe('user name of clients without a certificate'),
  BANK_PASSWORD: z
    .string()
    .min(8)
    .describe('password of that user; messages carry a digest of it, so it is not stored as a hash')
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
