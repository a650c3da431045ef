import { FeedEvent, ImageEvent, OrderEvent, PaymentEvent } from './gen/halftone/events/v1/events';

/** Encodes and decodes a Kafka value, with generated code. */
export interface Codec<Value> {
  encode(value: Value): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Value;
}

/** `partitions` is part of the contract: a key must always map to the same partition. */
export interface Topic<Value> {
  name: string;
  partitions: number;
  codec: Codec<Value>;
}

const topic = <Value>(name: string, codec: Codec<Value>): Topic<Value> => ({ name, partitions: 6, codec });

/** All topics. The three domain topics are keyed by customer, the feed by channel. */
export const topics = {
  orders: topic('halftone.orders.v1', OrderEvent),
  payments: topic('halftone.payments.v1', PaymentEvent),
  images: topic('halftone.images.v1', ImageEvent),
  feed: topic('halftone.feed.v1', FeedEvent),
};

/** A customer's channel of the feed. */
export const channelOf = (customer: string): string => `customer:${customer}`;

/** The Redis channel for ephemeral events of a feed channel (progress, presence); never stored, never replayed. */
export const ephemeralChannelOf = (channel: string): string => `halftone:ephemeral:${channel}`;

/** An ephemeral event: no id, no sequence number. */
export interface EphemeralEvent {
  type: string;
  subject: string;
  time: string;
  data: Record<string, unknown>;
}

/** The feed over Redis instead of Kafka: a FeedEvent in base64, and its trace. */
export interface FeedBroadcast {
  event: string;
  traceparent?: string | undefined;
}
