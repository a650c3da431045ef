import { limits, ordersV1, wordsOf } from '@halftone/contracts';
import { fields, idSchema } from '@halftone/service';
import { z } from 'zod';
import { isoTime, word } from '../http/words';

const line = z.strictObject({
  imageId: idSchema,
  product: fields.product,
  quantity: fields.quantity,
});

export const placeOrderBody = z
  .strictObject({
    lines: z.array(line).min(1).max(limits.orderLines.value),
    payment: z.enum(wordsOf(ordersV1.PaymentMethod)).default('wallet'),
  })
  .meta({ id: 'PlaceOrder' });

export type PlaceOrderBody = z.infer<typeof placeOrderBody>;

/** Pure, so that a replayed answer has the bytes of the first one. */
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
