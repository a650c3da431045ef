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
}

export interface Order {
  id: string;
  status: 'placed' | 'paid' | 'printing' | 'shipped' | 'cancelled';
  lines: { imageId: string; product: string; quantity: number }[];
  total: number;
  currency: string;
  createdAt: string;
  reason?: string | null;
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

export const isFinal = ({ status }: Order): boolean => status === 'shipped' || status === 'cancelled';

/** The body of an order of one line. */
export const orderOf = (imageId: string, product: string, quantity = 1) => ({
  lines: [{ imageId, product, quantity }],
  payment: 'wallet',
});
