import { Controller, Get, Inject, Query, Res } from '@nestjs/common';
import { NOTIFICATIONS, type NotificationsClient } from '../clients';
import { page } from '../http/page';
import { pageQuery, type PageQuery } from '../http/page.query';
import { SignedIn } from '../http/principal.guard';
import type { EdgeReply } from '../http/reply';
import { notificationView } from './notification.view';

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
