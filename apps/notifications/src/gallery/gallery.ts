import { DomainError } from '@halftone/kernel';

/** The channel that everybody may follow: what goes on in the shop, in numbers, and nothing about anybody. */
export const gallery = 'gallery';

/** Which notifications are counted there, and as what. */
const kinds = {
  'order.paid': 'orders-paid',
  'order.shipped': 'orders-shipped',
  'image.ready': 'photos-ready',
} as const;

export type GalleryKind = (typeof kinds)[keyof typeof kinds];

export const galleryTypes = Object.values(kinds).map((kind) => `gallery.${kind}` as const);

export const subjectOf = (kind: GalleryKind): string => `gallery/${kind}`;

/** Undefined for what the gallery does not tell of. */
export const kindOf = (type: string): GalleryKind | undefined =>
  Object.hasOwn(kinds, type) ? kinds[type as keyof typeof kinds] : undefined;

/** `count` happened since the notice before, `total` ever. */
export const ticked = (kind: GalleryKind, count: number, before: number, time: Date) => {
  if (count < 1) throw new DomainError('INTERNAL', 'the gallery tells of what happened only');
  return {
    channel: gallery,
    type: `gallery.${kind}`,
    subject: subjectOf(kind),
    time,
    data: { count, total: before + count },
  };
};
