import { ordersV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { type Order, reasonOf, type TimelineEntry } from './order';
import type { OrderStatus } from './status';

const statuses: Readonly<Record<OrderStatus, ordersV1.OrderStatus>> = {
  placed: ordersV1.OrderStatus.PLACED,
  paid: ordersV1.OrderStatus.PAID,
  printing: ordersV1.OrderStatus.PRINTING,
  shipped: ordersV1.OrderStatus.SHIPPED,
  cancelled: ordersV1.OrderStatus.CANCELLED,
  payment_failed: ordersV1.OrderStatus.PAYMENT_FAILED,
  refunding: ordersV1.OrderStatus.REFUNDING,
  refunded: ordersV1.OrderStatus.REFUNDED,
};

const methods: Readonly<Record<Order['payment'], ordersV1.PaymentMethod>> = {
  wallet: ordersV1.PaymentMethod.WALLET,
  bank: ordersV1.PaymentMethod.BANK,
};

export const subjectOf = (order: Pick<Order, 'id'>): string => `orders/${order.id}`;

/** The order as gRPC, Kafka and the stored response of a placement carry it. */
export const toWire = (order: Order): ordersV1.Order => ({
  id: order.id,
  customer: order.customer,
  status: statuses[order.status],
  lines: order.lines.map((line) => ({ ...line })),
  total: order.total,
  currency: order.currency,
  createdAt: order.createdAt,
  version: order.version,
  payment: methods[order.payment],
  reason: reasonOf(order) ?? '',
});

/** Each event is named after the state it leads to. */
export const entryToWire = ({ type, traceId, reason, ...entry }: TimelineEntry): ordersV1.TimelineEntry => ({
  ...entry,
  type,
  status: statuses[type.slice('order.'.length) as OrderStatus],
  traceId: traceId ?? '',
  reason: reason ?? '',
});

/** Refuses a method that is missing or unknown: proto3 has no required field. */
export function paymentOf(method: ordersV1.PaymentMethod): Order['payment'] {
  if (method === ordersV1.PaymentMethod.WALLET) return 'wallet';
  if (method === ordersV1.PaymentMethod.BANK) return 'bank';
  const message = 'must be wallet or bank';
  throw new DomainError('VALIDATION_FAILED', `payment: ${message}`, [{ path: 'payment', message }]);
}
