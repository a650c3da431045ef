import type { notificationsV1 } from '@halftone/contracts';
import type { Notification } from './notification';

export const toWire = (notification: Notification): notificationsV1.Notification => ({
  ...notification,
  data: JSON.stringify(notification.data),
});
