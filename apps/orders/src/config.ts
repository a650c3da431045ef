import { grpcSettings, peerUrl } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { postgresSettings } from '@halftone/postgres';
import type { ConfigOf } from '@halftone/service';

export const settings = {
  ...grpcSettings,
  ...postgresSettings,
  ...kafkaSettings,
  IMAGES_GRPC: peerUrl('images'),
};

export type OrdersConfig = ConfigOf<typeof settings>;
