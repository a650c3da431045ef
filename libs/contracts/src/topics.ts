import { FeedEvent, ImageEvent, OrderEvent, PaymentEvent } from './gen/halftone/events/v1/events';

/** Turns a Kafka value into bytes and back, by the generated code. */
export interface Codec<Value> {
  encode(value: Value): { finish(): Uint8Array };
  decode(bytes: Uint8Array): Value;
}

/** `partitions` is part of the contract: the same key must always meet the same partition. */
export interface Topic<Value> {
  name: string;
  partitions: number;
  codec: Codec<Value>;
}

const topic = <Value>(name: string, codec: Codec<Value>): Topic<Value> => ({ name, partitions: 6, codec });

/** All topics there are. The three domain topics are keyed by customer, the feed by channel. */
export const topics = {
  orders: topic('halftone.orders.v1', OrderEvent),
  payments: topic('halftone.payments.v1', PaymentEvent),
  images: topic('halftone.images.v1', ImageEvent),
  feed: topic('halftone.feed.v1', FeedEvent),
};

/** A customer's channel of the feed. */
export const channelOf = (customer: string): string => `customer:${customer}`;

/** Where the passing things of a channel (progress, presence) cross replicas on Redis; never stored, never replayed. */
export const ephemeralChannelOf = (channel: string): string => `halftone:ephemeral:${channel}`;

/** Where a customer's wish to stop the work on a photo crosses from the live connection to the images service: `{customer, imageId}`. */
export const cancelImageChannel = 'halftone:command:image.cancel';

/** A passing event: no id, no sequence. */
export interface EphemeralEvent {
  type: string;
  subject: string;
  time: string;
  data: Record<string, unknown>;
}

/** The feed where Redis carries it instead of Kafka: a FeedEvent in base64, and the trace it belongs to. */
export interface FeedBroadcast {
  event: string;
  traceparent?: string | undefined;
}
