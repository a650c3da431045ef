import { grpcSettings, peerUrl } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { postgresSettings } from '@halftone/postgres';
import type { ConfigOf } from '@halftone/service';
import { z } from 'zod';

const limit = (ms: number) => z.coerce.number().int().min(1).default(ms);

export const settings = {
  ...grpcSettings,
  ...postgresSettings,
  ...kafkaSettings,
  IMAGES_GRPC: peerUrl('images'),
  ORDER_PAYMENT_TIMEOUT_MS: limit(60_000).describe(
    'how long a placed order waits for its payment before the payment counts as failed',
  ),
  ORDER_PAYMENT_WINDOW_MS: limit(120_000).describe(
    'how long the customer can retry a failed payment before the order is cancelled',
  ),
  ORDER_PRINT_TIMEOUT_MS: limit(300_000).describe(
    'how long an order may wait for printing or shipping before it is refunded',
  ),
  ORDER_REFUND_TIMEOUT_MS: limit(900_000).describe('how long a refund may take before it is reported as overdue'),
};

export type OrdersConfig = ConfigOf<typeof settings>;

/** How long an order may stay in each state. */
export const stepLimits = (config: OrdersConfig) => ({
  placed: config.ORDER_PAYMENT_TIMEOUT_MS,
  payment_failed: config.ORDER_PAYMENT_WINDOW_MS,
  paid: config.ORDER_PRINT_TIMEOUT_MS,
  printing: config.ORDER_PRINT_TIMEOUT_MS,
  refunding: config.ORDER_REFUND_TIMEOUT_MS,
});
