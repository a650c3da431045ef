import { ordersV1 } from '@halftone/contracts';
import { isoTime, word } from '../http/words';

/** A pure function of the order, so that a replayed answer has the bytes of the first one. */
export const orderView = (order: ordersV1.Order) => ({
  id: order.id,
  status: word(ordersV1.OrderStatus, order.status),
  lines: order.lines.map(({ imageId, product, quantity, unitPrice }) => ({ imageId, product, quantity, unitPrice })),
  total: order.total,
  currency: order.currency,
  payment: word(ordersV1.PaymentMethod, order.payment),
  reason: order.reason || null,
  version: order.version,
  createdAt: isoTime(order.createdAt),
});

export const timelineEntryView = ({ type, version, time, status, ...entry }: ordersV1.TimelineEntry) => ({
  type,
  version,
  time: isoTime(time),
  status: word(ordersV1.OrderStatus, status),
  reason: entry.reason || null,
  eventId: entry.eventId,
  traceId: entry.traceId || null,
});
