import type { Order, OrderEvent, OrderStatus } from './order/order';

/** The rows of schema `orders`, as Kysely sees them. What each column means is said in migrations.ts. */
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
  };
}
