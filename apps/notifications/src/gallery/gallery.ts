import { DomainError } from '@halftone/kernel';

/** The public channel: totals of the shop, no data about any customer. */
export const gallery = 'gallery';

/** Which notifications are counted, and under which kind. */
const kinds = {
  'order.paid': 'orders-paid',
  'order.shipped': 'orders-shipped',
  'image.ready': 'photos-ready',
} as const;

export type GalleryKind = (typeof kinds)[keyof typeof kinds];

export const subjectOf = (kind: GalleryKind): string => `gallery/${kind}`;

/** Undefined for types that the gallery does not count. */
export const kindOf = (type: string): GalleryKind | undefined =>
  Object.hasOwn(kinds, type) ? kinds[type as keyof typeof kinds] : undefined;

/** `count` since the last update; `before` is the total until then. */
export const galleryNotice = (kind: GalleryKind, count: number, before: number, time: Date) => {
  if (count < 1) throw new DomainError('INTERNAL', 'a gallery update needs a count of at least 1');
  return {
    channel: gallery,
    type: `gallery.${kind}`,
    subject: subjectOf(kind),
    time,
    data: { count, total: before + count },
  };
};
