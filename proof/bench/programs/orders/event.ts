/** The documents on Kafka, as JSON. Halftone has the same ones as protobuf. */

export interface Line {
  imageId: string;
  product: string;
  quantity: number;
  unitPrice: number;
}

export type Status = 'placed' | 'paid' | 'printing' | 'shipped';

export interface Order {
  id: string;
  customer: string;
  status: Status;
  version: number;
  total: number;
  currency: string;
  payment: string;
  lines: Line[];
}

export interface Payment {
  id: string;
  orderId: string;
  customer: string;
  status: 'captured' | 'declined';
  amount: number;
  currency: string;
  reason: string | null;
}

export interface Event {
  id: string;
  type: string;
  subject: string;
  /** The customer; of the feed the channel. */
  key: string;
  sequence: number;
  time: string;
  data: { order: Order } | { payment: Payment };
}

export const orderOf = ({ data }: Event): string => ('order' in data ? data.order.id : data.payment.orderId);

export const parseEvents = (values: readonly Buffer[]): Event[] =>
  values.map((value) => JSON.parse(value.toString('utf8')) as Event);

export const channelOf = (customer: string): string => `customers/${customer}`;

export const topics = {
  orders: 'halftone.limit.orders',
  payments: 'halftone.limit.payments',
  feed: 'halftone.limit.feed',
} as const;
