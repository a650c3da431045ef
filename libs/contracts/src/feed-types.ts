/** The events that customers are notified of, by source domain. */
export const notifiedTypes = {
  orders: [
    'order.placed',
    'order.payment_failed',
    'order.paid',
    'order.printing',
    'order.shipped',
    'order.cancelled',
    'order.refunding',
    'order.refunded',
  ],
  payments: [
    'payment.captured',
    'payment.declined',
    'refund.completed',
    'refund.failed',
    'refund-request.opened',
    'refund-request.approved',
    'refund-request.refused',
    'transfer.completed',
  ],
  images: ['image.uploaded', 'image.ready', 'image.failed', 'image.cancelled'],
} as const;

/** Events of the public channel. */
export const galleryTypes = ['gallery.orders-paid', 'gallery.orders-shipped', 'gallery.photos-ready'] as const;

/** Never stored and never replayed. */
const ephemeralTypes = ['image.progress'] as const;

/** Every event type of a channel. */
export const feedTypes: ReadonlySet<string> = new Set([
  ...Object.values(notifiedTypes).flat(),
  ...galleryTypes,
  ...ephemeralTypes,
]);

/** The query parameters of `GET /v1/events`: realtime interprets them, the gateway forwards them. */
export const eventParameters = ['ticket', 'channel', 'cursor', 'types', 'snapshot', 'talk', 'wait'] as const;

export type EventParameter = (typeof eventParameters)[number];
