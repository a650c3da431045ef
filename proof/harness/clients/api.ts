/** The types of the public API that the harness uses. */
export interface Account {
  customer: string;
  balance: number;
  currency: string;
}

export interface Product {
  id: string;
  name: string;
  price: number;
  currency: string;
  /** Absent when products are always available. */
  available?: boolean;
}

export interface Order {
  id: string;
  status: 'placed' | 'payment_failed' | 'paid' | 'printing' | 'shipped' | 'cancelled' | 'refunding' | 'refunded';
  lines: { imageId: string; product: string; quantity: number }[];
  total: number;
  currency: string;
  createdAt: string;
  reason?: string | null;
}

export type PaymentMethod = 'wallet' | 'bank';

export interface Payment {
  id: string;
  status: 'pending' | 'captured' | 'declined';
  method: PaymentMethod;
  amount: number;
  currency: string;
  /** The amount refunded so far. */
  refunded: number;
  orderId: string | null;
  description: string;
  reason: string | null;
  createdAt: string;
}

export interface Refund {
  id: string;
  paymentId: string;
  orderId: string | null;
  status: 'pending' | 'completed' | 'failed';
  amount: number;
  currency: string;
  reason: string | null;
  /** The amount that can still be refunded after it. */
  refundable: number;
  /** Who ordered it; null when that was not recorded. */
  by: 'owner' | 'operator' | 'saga' | null;
  createdAt: string;
}

export interface Timeline {
  items: {
    type: string;
    version: number;
    time: string;
    status: Order['status'];
    reason: string | null;
    eventId: string;
    traceId: string | null;
  }[];
  payments: (Payment & { refunds: Refund[] })[];
}

export interface Transfer {
  id: string;
  from: string;
  to: string;
  amount: number;
  currency: string;
  createdAt: string;
}

interface Rendition {
  url: string;
  width: number;
  height: number;
  size: number;
  contentType: string;
}

export interface ImageStatus {
  id: string;
  status: 'queued' | 'processing' | 'ready' | 'failed';
  progress: number;
  step: string;
  result: { renditions: Record<'thumbnail' | 'preview' | 'print', Rendition> } | null;
  reason?: string | null;
}

export interface Page<Item> {
  items: Item[];
  next: string | null;
}

const ends: readonly Order['status'][] = ['shipped', 'cancelled', 'refunded'];

export const isFinal = ({ status }: Order): boolean => ends.includes(status);

/** The order has ended, or waits for its customer to pay again. */
export const isSettled = (order: Order): boolean => isFinal(order) || order.status === 'payment_failed';

/** The body of an order of one line. */
export const orderOf = (imageId: string, product: string, quantity = 1, payment: PaymentMethod = 'wallet') => ({
  lines: [{ imageId, product, quantity }],
  payment,
});
