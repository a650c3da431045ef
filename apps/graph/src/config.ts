import { callerLimitSettings, type ConfigOf, originSettings } from '@halftone/service';
import { z } from 'zod';

const subgraphUrl = (name: string, port: number) =>
  z
    .url({ protocol: /^https?$/ })
    .default(`http://127.0.0.1:${port}/graphql`)
    .describe(`address of the subgraph of ${name}`);

export const settings = {
  ...originSettings,
  ...callerLimitSettings,
  SUBGRAPH_ORDERS_URL: subgraphUrl('orders', 3001),
  SUBGRAPH_PAYMENTS_URL: subgraphUrl('payments', 3002),
  SUBGRAPH_IMAGES_URL: subgraphUrl('images', 3003),
  SUBGRAPH_NOTIFICATIONS_URL: subgraphUrl('notifications', 3004),
  SUBGRAPH_TIMEOUT_MS: z.coerce.number().int().min(1).default(2000).describe('timeout of one call to a subgraph'),
};

export type GraphConfig = ConfigOf<typeof settings>;

/** Address by name of the subgraph in the supergraph. */
export const subgraphUrls = (config: GraphConfig): Readonly<Record<string, string>> => ({
  orders: config.SUBGRAPH_ORDERS_URL,
  payments: config.SUBGRAPH_PAYMENTS_URL,
  images: config.SUBGRAPH_IMAGES_URL,
  notifications: config.SUBGRAPH_NOTIFICATIONS_URL,
});

/**
 * By default @apollo/gateway sends usage data to Apollo and queries the metadata services of four clouds. This system
 * sends nothing without consent.
 */
export function disableTelemetry(): void {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
}
