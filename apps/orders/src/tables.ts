import type { Generated } from 'kysely';
import type { Order, OrderEvent } from './order/order';
import type { OrderStatus } from './order/status';

/** The rows of schema `orders`, as Kysely sees them. migrations.ts explains the columns. */
export interface OrdersTables {
  order: {
    id: string;
    customer: string;
    status: OrderStatus;
    total: number;
    currency: string;
    payment: Order['payment'];
    version: number;
    reason: string | null;
    created_at: Date;
    due_at: Date | null;
  };
  order_line: {
    order_id: string;
    position: number;
    image_id: string;
    product: string;
    quantity: number;
    unit_price: number;
  };
  order_event: {
    order_id: string;
    version: number;
    event_id: string;
    type: OrderEvent['type'];
    time: Date;
    trace_id: string | null;
    reason: string | null;
  };
  product_availability: {
    product: string;
    available: boolean;
    changed_at: Generated<Date>;
  };
}
