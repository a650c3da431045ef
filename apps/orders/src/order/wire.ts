import { ordersV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { Order, OrderStatus } from './order';

const statuses: Readonly<Record<OrderStatus, ordersV1.OrderStatus>> = {
  placed: ordersV1.OrderStatus.PLACED,
  paid: ordersV1.OrderStatus.PAID,
  printing: ordersV1.OrderStatus.PRINTING,
  shipped: ordersV1.OrderStatus.SHIPPED,
  cancelled: ordersV1.OrderStatus.CANCELLED,
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
  payment: ordersV1.PaymentMethod.WALLET,
  reason: order.status === 'cancelled' ? order.reason : '',
});

/** Refuses a method that is missing or unknown: proto3 has no required field. */
export function paymentOf(method: ordersV1.PaymentMethod): Order['payment'] {
  if (method === ordersV1.PaymentMethod.WALLET) return 'wallet';
  throw new DomainError('VALIDATION_FAILED', 'payment: must be wallet', [
    { path: 'payment', message: 'must be wallet' },
  ]);
}
