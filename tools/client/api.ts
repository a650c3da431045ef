/** The shapes of the public API that tools rely on. */
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
  /** Absent where nothing is ever unavailable. */
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
  /** How much of it went back so far. */
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
  /** What the payment has left after it. */
  refundable: number;
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

export interface Rendition {
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

/** Nothing happens to it by itself for now: it has ended, or waits for its customer to pay again. */
export const isSettled = (order: Order): boolean => isFinal(order) || order.status === 'payment_failed';

/** The body of an order of one line. */
export const orderOf = (imageId: string, product: string, quantity = 1, payment: PaymentMethod = 'wallet') => ({
  lines: [{ imageId, product, quantity }],
  payment,
});
