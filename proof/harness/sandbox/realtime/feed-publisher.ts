/**
 * Writes the feed like the notifications service, without a shop: protobuf values keyed by channel, `seq` 1..n without gap.
 * For measurements and experiments on the fan-out alone.
 */
import { randomUUID } from 'node:crypto';
import { eventsV1, topics } from '@halftone/contracts';
import { FeedBroadcast } from './feed-broadcast.ts';
import { Kafka, logLevel, Partitioners, type Message, type Producer } from 'kafkajs';

export interface EventContent {
  type?: string;
  subject?: string;
  data?: object;
}

/** Events per request to the broker: well below its limit of 1 MiB for events of a few hundred bytes. */
const batch = 500;
/** Retries for up to a minute while the broker is down. */
const outage = { retries: 120, maxRetryTime: 500 };

export class FeedPublisher {
  readonly #producer: Producer;
  readonly #topic: string;
  readonly #broadcast: FeedBroadcast | undefined;
  readonly #last = new Map<string, number>();

  private constructor(producer: Producer, topic: string, broadcast: FeedBroadcast | undefined) {
    this.#producer = producer;
    this.#topic = topic;
    this.#broadcast = broadcast;
  }

  /** With `redisUrl` it publishes over Redis too, for realtime with that backplane. */
  static async open(brokers: string, topic: string, redisUrl?: string): Promise<FeedPublisher> {
    // The producer gives up when the client does, so both need the same retries.
    const clientId = 'halftone.sandbox';
    const kafka = new Kafka({ brokers: brokers.split(','), clientId, logLevel: logLevel.NOTHING, retry: outage });
    const producer = kafka.producer({
      createPartitioner: Partitioners.DefaultPartitioner,
      idempotent: true,
      maxInFlightRequests: 1,
      retry: outage,
    });
    await producer.connect();
    return new FeedPublisher(producer, topic, redisUrl ? new FeedBroadcast(redisUrl, topic) : undefined);
  }

  /** The last sequence number of the channel; 0 before the first event. */
  last(channel: string): number {
    return this.#last.get(channel) ?? 0;
  }

  /** Continues after events that were written by another publisher. */
  continueAfter(channel: string, last: number): void {
    this.#last.set(channel, last);
  }

  /** Resolves with the last sequence number when the broker has all events. */
  async publish(channel: string, events: readonly EventContent[]): Promise<number> {
    for (let at = 0; at < events.length; at += batch) {
      const messages = events.slice(at, at + batch).map((event) => this.#message(channel, event));
      await this.#producer.send({ topic: this.#topic, acks: -1, messages });
      await this.#broadcast?.publish(messages.flatMap(({ value }) => (value instanceof Buffer ? value : [])));
    }
    return this.last(channel);
  }

  /** Publishes `count` equal events with `bytes` bytes of data each. */
  publishMany(channel: string, count: number, bytes = 0): Promise<number> {
    const data = bytes > 0 ? { filling: 'x'.repeat(bytes) } : {};
    return this.publish(
      channel,
      Array.from({ length: count }, () => ({ data })),
    );
  }

  async close(): Promise<void> {
    this.#broadcast?.close();
    await this.#producer.disconnect();
  }

  #message(channel: string, { type = 'order.paid', subject = 'orders/1', data = {} }: EventContent): Message {
    const [id, time, seq] = [randomUUID(), new Date(), this.last(channel) + 1];
    this.#last.set(channel, seq);
    const event = { id, channel, seq, type, subject, time, data: JSON.stringify(data) };
    const headers = {
      ce_specversion: '1.0',
      ce_id: id,
      ce_source: 'notifications',
      ce_type: type,
      ce_subject: subject,
      ce_time: time.toISOString(),
      ce_sequence: String(seq),
      'content-type': 'application/protobuf',
    };
    return { key: channel, value: Buffer.from(eventsV1.FeedEvent.encode(event).finish()), headers };
  }
}

/** Creates a topic with the settings of the shop's feed topic. */
export async function createFeedTopic(brokers: string, topic: string): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'halftone.sandbox', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { partitions: numPartitions } = topics.feed;
    await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}
