import type { notificationsV1 } from '@halftone/contracts';
import { isoTime } from '../http/words';

/** The event as every transport of the feed shows it. */
export const notificationView = ({ id, seq, channel, type, subject, time, data }: notificationsV1.Notification) => ({
  id,
  seq,
  channel,
  type,
  subject,
  time: isoTime(time),
  data: JSON.parse(data) as Record<string, unknown>,
});
