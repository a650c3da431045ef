import type { ConfigOf } from '@halftone/service';
import { z } from 'zod';

const subgraphUrl = (name: string, port: number) =>
  z
    .url({ protocol: /^https?$/ })
    .default(`http://127.0.0.1:${port}/graphql`)
    .describe(`where the subgraph of ${name} answers`);

export const settings = {
  SUBGRAPH_ORDERS_URL: subgraphUrl('orders', 3001),
  SUBGRAPH_PAYMENTS_URL: subgraphUrl('payments', 3002),
  SUBGRAPH_IMAGES_URL: subgraphUrl('images', 3003),
  SUBGRAPH_NOTIFICATIONS_URL: subgraphUrl('notifications', 3004),
  SUBGRAPH_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(1)
    .default(2000)
    .describe('time one subgraph may take for one answer'),
};

export type GraphConfig = ConfigOf<typeof settings>;

/** Name in the supergraph to address. */
export const subgraphUrls = (config: GraphConfig): Readonly<Record<string, string>> => ({
  orders: config.SUBGRAPH_ORDERS_URL,
  payments: config.SUBGRAPH_PAYMENTS_URL,
  images: config.SUBGRAPH_IMAGES_URL,
  notifications: config.SUBGRAPH_NOTIFICATIONS_URL,
});

/**
 * @apollo/gateway reports its use to Apollo and asks the metadata services of four clouds where it runs, unless the environment says no.
 * Nothing of this system leaves it unasked.
 */
export function refuseTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}
