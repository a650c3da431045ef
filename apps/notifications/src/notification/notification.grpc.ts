import { notificationsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { currentCall, permittedCaller } from '@halftone/service';
import { NotificationService } from './notification.service';
import { toWire } from './notification';
import { notificationsRequests } from '../requests.schema';

type Request = notificationsV1.ListNotificationsRequest;

const MAX_SUBJECTS = 100;

@GrpcController(notificationsV1.NotificationsServiceService, notificationsRequests)
export class NotificationGrpc {
  constructor(private readonly notifications: NotificationService) {}

  async listNotifications({ limit, cursor }: Request): Promise<notificationsV1.ListNotificationsResponse> {
    const { items, nextCursor } = await this.notifications.list(
      permittedCaller('notifications.ListNotifications').customer,
      pageLimit(limit),
      cursor,
    );
    return { notifications: items.map(toWire), nextCursor };
  }

  async getSnapshot({
    channel,
    limit,
    subject,
    types,
  }: notificationsV1.GetSnapshotRequest): Promise<notificationsV1.GetSnapshotResponse> {
    const selection = {
      channel,
      limit: pageLimit(limit, MAX_SUBJECTS),
      ...(subject && { subject }),
      ...(types.length > 0 && { types }),
    };
    const { notifications, lastSeq } = await this.notifications.snapshot(selection, currentCall()?.principal);
    return { notifications: notifications.map(toWire), lastSeq };
  }
}
