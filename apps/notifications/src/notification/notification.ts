import {
  channelOf,
  type eventsV1,
  imagesV1,
  type notificationsV1,
  ordersV1,
  paymentsV1,
  wordOf,
} from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';

/** The JSON object that clients see: public fields only, statuses in lower case. */
export type PublicData = Readonly<Record<string, unknown>>;

/** The fields that events of all services share. */
export interface SourceEvent {
  id: string;
  /** The customer. All domain topics are keyed by customer; a transfer between two is two events. */
  key: string;
  type: string;
  subject: string;
  time: Date;
}

/** A notification before it is stored and gets its sequence number. */
export interface Notice {
  channel: string;
  type: string;
  subject: string;
  time: Date;
  data: PublicData;
}

export interface Notification extends Notice {
  id: string;
  /** 1..n per channel, without gaps. */
  seq: number;
}

/** The current state of a channel: the last notification per subject, newest first. */
export interface Snapshot {
  notifications: Notification[];
  /** The channel's last sequence number at that moment; 0 if it is empty. */
  lastSeq: number;
}

/** Selects the subjects of a snapshot: one subject, or at most `limit`. */
export interface Selection {
  channel: string;
  limit: number;
  subject?: string;
  /** Only subjects whose last notification has one of these types. */
  types?: readonly string[];
}

export const toNotice = ({ key, type, subject, time }: SourceEvent, data: PublicData): Notice => ({
  channel: channelOf(key),
  type,
  subject,
  time,
  data,
});

export function orderData({ order }: eventsV1.OrderEvent): PublicData {
  const { id, status, total, currency, version, reason } = present(order, 'order');
  const facts = { id, status: word(ordersV1.OrderStatus, status), total, currency, version };
  return { order: withReason(facts, reason) };
}

export function paymentData({ payment, transfer, refund, refundRequest }: eventsV1.PaymentEvent): PublicData {
  if (transfer) {
    const { id, from, to, amount, currency } = transfer;
    return { transfer: { id, from, to, amount, currency } };
  }
  if (refundRequest) return { refundRequest: publicRequest(refundRequest) };
  return refund ? { refund: publicRefund(refund) } : { payment: publicPayment(present(payment, 'payment')) };
}

const publicPayment = ({ id, orderId, status, amount, currency, reason }: paymentsV1.Payment): PublicData =>
  withReason(
    { id, orderId: orderId || null, status: word(paymentsV1.PaymentStatus, status), amount, currency },
    reason,
  );

function publicRefund({ id, paymentId, orderId, status, amount, currency, reason }: paymentsV1.Refund): PublicData {
  const about = { id, paymentId, orderId: orderId || null, status: word(paymentsV1.RefundStatus, status) };
  return withReason({ ...about, amount, currency }, reason);
}

function publicRequest({
  id,
  paymentId,
  orderId,
  status,
  amount,
  currency,
  answer,
}: paymentsV1.RefundRequest): PublicData {
  const about = { id, paymentId, orderId: orderId || null, status: word(paymentsV1.RefundRequestStatus, status) };
  return { ...about, amount: amount || null, currency, ...(answer && { answer }) };
}

export function imageData({ image }: eventsV1.ImageEvent): PublicData {
  const { id, status, renditions, reason } = present(image, 'image');
  const facts = { id, status: word(imagesV1.ImageStatus, status), renditions: renditions.map(({ name }) => name) };
  return { image: withReason(facts, reason) };
}

const withReason = (facts: PublicData, reason: string): PublicData => (reason ? { ...facts, reason } : facts);

/** A status that this build does not know is refused, not passed on. */
const word = (names: Parameters<typeof wordOf>[0], status: number): string =>
  present(wordOf(names, status), 'known status');

/** A missing payload stays missing, so the error is not retryable. */
function present<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new DomainError('VALIDATION_FAILED', `the event has no ${name}`);
  return value;
}

export const toWire = (notification: Notification): notificationsV1.Notification => ({
  ...notification,
  data: JSON.stringify(notification.data),
});
