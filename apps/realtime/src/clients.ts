import type { notificationsV1 } from '@halftone/contracts';
import type { GrpcClient } from '@halftone/grpc';

/** The service behind, by injection token; the module says where it lives. Call it as the client: `runInCall({ principal, token }, …)`. */
export const NOTIFICATIONS = Symbol('notifications.NotificationsService');

export type NotificationsClient = GrpcClient<typeof notificationsV1.NotificationsServiceService>;
