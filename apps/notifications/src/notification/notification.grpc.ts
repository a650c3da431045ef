import { notificationsV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { currentCall, requirePrincipal } from '@halftone/service';
import { NotificationService } from './notification.service';
import { toWire } from './wire';

type Request = notificationsV1.ListNotificationsRequest;

const MOST_SUBJECTS = 100;

@GrpcController(notificationsV1.NotificationsServiceService)
export class NotificationGrpc {
  constructor(private readonly notifications: NotificationService) {}

  async listNotifications({ limit, cursor }: Request): Promise<notificationsV1.ListNotificationsResponse> {
    const { items, nextCursor } = await this.notifications.list(requirePrincipal().customer, pageLimit(limit), cursor);
    return { notifications: items.map(toWire), nextCursor };
  }

  async getSnapshot({
    channel,
    limit,
    subject,
  }: notificationsV1.GetSnapshotRequest): Promise<notificationsV1.GetSnapshotResponse> {
    const wanted = Math.min(limit > 0 ? limit : MOST_SUBJECTS, MOST_SUBJECTS);
    const selection = { channel, limit: wanted, ...(subject && { subject }) };
    const { notifications, lastSeq } = await this.notifications.snapshot(selection, currentCall()?.principal);
    return { notifications: notifications.map(toWire), lastSeq };
  }
}
