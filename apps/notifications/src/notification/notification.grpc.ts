import { notificationsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import { NotificationService } from './notification.service';
import { toWire } from './wire';

type Request = notificationsV1.ListNotificationsRequest;

@GrpcController(notificationsV1.NotificationsServiceService)
export class NotificationGrpc {
  constructor(private readonly notifications: NotificationService) {}

  async listNotifications({ limit, cursor }: Request): Promise<notificationsV1.ListNotificationsResponse> {
    const { items, nextCursor } = await this.notifications.list(requirePrincipal().customer, pageLimit(limit), cursor);
    return { notifications: items.map(toWire), nextCursor };
  }
}
