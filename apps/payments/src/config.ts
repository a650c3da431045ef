import { grpcSettings, peerUrl } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { postgresSettings } from '@halftone/postgres';
import { type ConfigOf, type ConfigProblem, isLoopback } from '@halftone/service';
import { z } from 'zod';
import { bankSettings } from './bank/client/config';

/** Public: it is accepted only while the service listens on loopback addresses. */
export const KNOWN_PASSWORD = 'halftone';

export const settings = {
  ...grpcSettings,
  ...postgresSettings,
  ...kafkaSettings,
  ...bankSettings,
  ORDERS_GRPC: peerUrl('orders'),
  SEED_PASSWORD: z
    .string()
    .min(8)
    .optional()
    .describe(
      `password of the demo customers; "${KNOWN_PASSWORD}" when absent, which is accepted on a loopback address only`,
    )
    .meta({ secret: true }),
  SEED_LOAD_CUSTOMERS: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(0)
    .describe('customers load-1, load-2 … with a million dollars each, for load tests'),
  BANK_GIVE_UP_MS: z.coerce
    .number()
    .int()
    .min(1_000)
    .default(600_000)
    .describe('how long a bank payment is retried before it is declined; a refund is retried for ever'),
};

export type PaymentsConfig = ConfigOf<typeof settings>;

export const seedPasswordOf = ({ SEED_PASSWORD }: Pick<PaymentsConfig, 'SEED_PASSWORD'>): string =>
  SEED_PASSWORD ?? KNOWN_PASSWORD;

/** One demo customer is an operator, so a service with the known password must listen on loopback addresses only. */
export function checkSeedPassword(
  config: Pick<PaymentsConfig, 'SEED_PASSWORD' | 'HTTP_HOST' | 'GRPC_HOST'>,
): ConfigProblem[] {
  const open = [config.HTTP_HOST, config.GRPC_HOST].find((host) => !isLoopback(host));
  if (open === undefined || seedPasswordOf(config) !== KNOWN_PASSWORD) return [];
  return [
    {
      path: 'SEED_PASSWORD',
      message: `must be set, and not to the known password, because the service listens on ${open}`,
    },
  ];
}
