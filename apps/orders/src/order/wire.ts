import { enumOf, ordersV1, wordOf } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { type Order, reasonOf, type TimelineEntry } from './order';
import type { OrderStatus } from './status';

export const subjectOf = (order: Pick<Order, 'id'>): string => `orders/${order.id}`;

/** The protobuf order of gRPC, Kafka and the stored PlaceOrder response. */
export const toWire = (order: Order): ordersV1.Order => ({
  id: order.id,
  customer: order.customer,
  status: enumOf(ordersV1.OrderStatus, order.status),
  lines: order.lines.map((line) => ({ ...line })),
  total: order.total,
  currency: order.currency,
  createdAt: order.createdAt,
  version: order.version,
  payment: enumOf(ordersV1.PaymentMethod, order.payment),
  reason: reasonOf(order) ?? '',
});

/** The event type ends with the state it leads to. */
export const entryToWire = ({ type, traceId, reason, ...entry }: TimelineEntry): ordersV1.TimelineEntry => ({
  ...entry,
  type,
  status: enumOf(ordersV1.OrderStatus, type.slice('order.'.length) as OrderStatus),
  traceId: traceId ?? '',
  reason: reason ?? '',
});

/** Rejects a missing or unknown method, because proto3 has no required fields. */
export function paymentOf(method: ordersV1.PaymentMethod): Order['payment'] {
  const word = wordOf(ordersV1.PaymentMethod, method);
  if (word) return word;
  const message = 'must be wallet or bank';
  throw new DomainError('VALIDATION_FAILED', `payment: ${message}`, [{ path: 'payment', message }]);
}
