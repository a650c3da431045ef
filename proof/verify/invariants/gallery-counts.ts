import { all, each, groupBy, type Invariant } from '../invariant.ts';

/** The rows that each kind counts. */
const counted = {
  'gallery/orders-paid': 'order.paid',
  'gallery/orders-shipped': 'order.shipped',
  'gallery/photos-ready': 'image.ready',
} as const;

export const galleryCounts: Invariant = {
  name: 'gallery-counts',
  says: "Each gallery notice raises the gallery's totals by what it counts, up to the number of notifications of that type.",
  reads: ['galleryNotices', 'notifications'],
  shows: 'notice, before | subject, total, notifications',
  settles: true,
  judge: ({ rows }) => {
    const notices = groupBy(rows.galleryNotices, ({ subject }) => subject);
    const notified = groupBy(rows.notifications, ({ type }) => type);
    return all(
      each(
        [...notices.values()].flatMap((list) => list.map((notice, index) => ({ notice, before: list[index - 1] }))),
        ({ notice, before }) =>
          notice.count > 0 && notice.total === (before?.total ?? 0) + notice.count
            ? undefined
            : { notice, before: before ?? null },
      ),
      each(Object.entries(counted), ([subject, type]) => {
        const total = notices.get(subject)?.at(-1)?.total ?? 0;
        const notifications = notified.get(type)?.length ?? 0;
        return total === notifications ? undefined : { subject, total, notifications };
      }),
    );
  },
};
