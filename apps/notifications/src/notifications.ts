import { defineService } from '@halftone/service';
import { settings } from './config';
import { NotificationsModule } from './notifications.module';

/** Notifications: one gapless log per channel, the feed made from it, and the chat. */
export const notifications = defineService({
  name: 'notifications',
  settings,
  http: { accepts: { '/graphql': ['application/json'] } },
  module: (config) => NotificationsModule.forRoot(config),
});
