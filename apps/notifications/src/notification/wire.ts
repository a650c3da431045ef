import type { notificationsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { Notification } from './notification';

export const toWire = (notification: Notification): notificationsV1.Notification => ({
  ...notification,
  data: JSON.stringify(notification.data),
});

/** Notifications per page: 1 to 100, and 20 for whoever does not say. */
export function pageLimit(limit: number): number {
  if (limit === 0) return 20;
  if (Number.isInteger(limit) && limit >= 1 && limit <= 100) return limit;
  throw new DomainError('VALIDATION_FAILED', 'limit is 1 to 100', [{ path: 'limit', message: 'must be 1 to 100' }]);
}
