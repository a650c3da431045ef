import { defineService } from '@halftone/service';
import { settings } from './config';
import { NotificationsModule } from './notifications.module';

/** What customers are told: one gapless log per channel, and the feed that is made of it. */
export const notifications = defineService({
  name: 'notifications',
  settings,
  module: (config) => NotificationsModule.forRoot(config),
});
