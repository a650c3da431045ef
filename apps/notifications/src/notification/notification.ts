import { channelOf, type eventsV1, imagesV1, ordersV1, paymentsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';

/** The events that customers hear of. */
export const told = {
  orders: [
    'order.placed',
    'order.payment_failed',
    'order.paid',
    'order.printing',
    'order.shipped',
    'order.cancelled',
    'order.refunding',
    'order.refunded',
  ],
  payments: ['payment.captured', 'payment.declined', 'refund.completed', 'refund.failed', 'transfer.completed'],
  images: ['image.uploaded', 'image.ready', 'image.failed', 'image.cancelled'],
} as const;

/** A JSON object as clients see it: public fields only, statuses in lower case. */
export type PublicData = Readonly<Record<string, unknown>>;

/** An event of another service, as far as every kind of it is alike. */
export interface SourceEvent {
  id: string;
  /** The customer it concerns: all domain topics are keyed by customer, and what concerns two is two events. */
  key: string;
  type: string;
  subject: string;
  time: Date;
}

/** What one channel is told; it gets its place in the channel when it is stored. */
export interface Notice {
  channel: string;
  type: string;
  subject: string;
  time: Date;
  data: PublicData;
}

export interface Notification extends Notice {
  id: string;
  /** 1..n per channel, without gap. */
  seq: number;
}

/** What is true of a channel: the last that it was told about each subject, those told about last first. */
export interface Snapshot {
  notifications: Notification[];
  /** The channel's last number at that moment; 0 when nothing was told yet. */
  lastSeq: number;
}

/** Which subjects of a channel: one, or at most so many. */
export interface Selection {
  channel: string;
  limit: number;
  subject?: string;
}

export const notify = ({ key, type, subject, time }: SourceEvent, data: PublicData): Notice => ({
  channel: channelOf(key),
  type,
  subject,
  time,
  data,
});

export function aboutOrder({ order }: eventsV1.OrderEvent): PublicData {
  const { id, status, total, currency, version, reason } = present(order, 'order');
  const facts = { id, status: word(ordersV1.OrderStatus[status]), total, currency, version };
  return { order: withReason(facts, reason) };
}

export function aboutPayment({ payment, transfer, refund }: eventsV1.PaymentEvent): PublicData {
  if (transfer) {
    const { id, from, to, amount, currency } = transfer;
    return { transfer: { id, from, to, amount, currency } };
  }
  return refund ? { refund: publicRefund(refund) } : { payment: publicPayment(present(payment, 'payment')) };
}

const publicPayment = ({ id, orderId, status, amount, currency, reason }: paymentsV1.Payment): PublicData =>
  withReason(
    { id, orderId: orderId || null, status: word(paymentsV1.PaymentStatus[status]), amount, currency },
    reason,
  );

function publicRefund({ id, paymentId, orderId, status, amount, currency, reason }: paymentsV1.Refund): PublicData {
  const about = { id, paymentId, orderId: orderId || null, status: word(paymentsV1.RefundStatus[status]) };
  return withReason({ ...about, amount, currency }, reason);
}

export function aboutImage({ image }: eventsV1.ImageEvent): PublicData {
  const { id, status, renditions, reason } = present(image, 'image');
  const facts = { id, status: word(imagesV1.ImageStatus[status]), renditions: renditions.map(({ name }) => name) };
  return { image: withReason(facts, reason) };
}

const withReason = (facts: PublicData, reason: string): PublicData => (reason ? { ...facts, reason } : facts);

const word = (enumName: string): string => enumName.toLowerCase();

/** A value without its subject will never get one: not retryable. */
function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new DomainError('VALIDATION_FAILED', `the event carries no ${name}`);
  return value;
}
