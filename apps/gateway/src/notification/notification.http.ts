import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { NOTIFICATIONS, type NotificationsClient } from '../clients';
import { page, pageQuery, type PageQuery } from '../http/page.http';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import type { notificationsV1 } from '@halftone/contracts';
import { isoTime } from '../http/words';

@Controller('v1/notifications')
@SignedIn()
export class NotificationHttp {
  constructor(@Inject(NOTIFICATIONS) private readonly notifications: NotificationsClient) {}

  @Get()
  async list(@Query({ schema: pageQuery }) query: PageQuery, @Res({ passthrough: true }) reply: EdgeReply) {
    const { notifications, nextCursor } = await this.notifications.listNotifications(query);
    return page(reply, '/v1/notifications', { limit: query.limit }, notifications.map(notificationView), nextCursor);
  }
}

/** The event as on every transport of the live stream. */
const notificationView = ({ id, seq, channel, type, subject, time, data }: notificationsV1.Notification) => ({
  id,
  seq,
  channel,
  type,
  subject,
  time: isoTime(time),
  data: JSON.parse(data) as Record<string, unknown>,
});
