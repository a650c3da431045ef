import { grpcSettings } from '@halftone/grpc';
import { kafkaSettings } from '@halftone/kafka';
import { postgresSettings } from '@halftone/postgres';
import type { ConfigOf } from '@halftone/service';

export const settings = { ...grpcSettings, ...postgresSettings, ...kafkaSettings };

export type NotificationsConfig = ConfigOf<typeof settings>;
