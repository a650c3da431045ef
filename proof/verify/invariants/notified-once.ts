import { channelOf } from '@halftone/contracts';
import { all, each, groupBy, type Invariant } from '../invariant.ts';
import { excused, notificationsGroup } from './consumption.ts';

/** Of the gallery there is an invariant of its own. */
const isForCustomer = ({ channel }: { channel: string }): boolean => channel !== 'gallery';

export const notifiedOnce: Invariant = {
  name: 'notified-once',
  says: 'Each event of orders, payments and photos has exactly one notification, to the customer it is keyed by; there are no other notifications.',
  reads: ['notifications', 'topic orders', 'topic payments', 'topic images', 'dead letters', 'parked'],
  shows: 'event, notifications | notification, onKafka',
  settles: true,
  judge: (snapshot) => {
    const { rows, records } = snapshot;
    const instead = excused(notificationsGroup, snapshot);
    const events = [...records.orders, ...records.payments, ...records.images];
    const notified = groupBy(rows.notifications, ({ sourceEventId }) => sourceEventId);
    const published = new Set(events.map(({ id }) => id));
    return all(
      each(events, ({ id, type, subject, key }) => {
        const notifications = notified.get(id) ?? [];
        if (instead.has(id) && notifications.length === 0) return undefined;
        const [first] = notifications;
        const same = first?.channel === channelOf(key) && first.type === type && first.subject === subject;
        return same && notifications.length === 1 ? undefined : { event: { id, type, subject, key }, notifications };
      }),
      each(records.keptSince ? [] : rows.notifications.filter(isForCustomer), (notification) =>
        published.has(notification.sourceEventId ?? '') ? undefined : { notification, onKafka: null },
      ),
    );
  },
};
