import type { imagesV1, notificationsV1 } from '@halftone/contracts';
import type { GrpcClient } from '@halftone/grpc';

/** The injection tokens of other services' clients. Call them in the client's name: `runInCall({ principal, token }, …)`. */
export const IMAGES = Symbol('images.ImagesService');
export const NOTIFICATIONS = Symbol('notifications.NotificationsService');

export type ImagesClient = GrpcClient<typeof imagesV1.ImagesServiceService>;
export type NotificationsClient = GrpcClient<typeof notificationsV1.NotificationsServiceService>;
