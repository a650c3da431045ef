/**
 * Writes the feed as the notifications service does, without the shop behind it: protobuf values keyed by channel, `seq` 1..n per channel
 * without gap. For measurements and experiments on the fan-out alone.
 */
import { randomUUID } from 'node:crypto';
import { eventsV1, topics } from '@halftone/contracts';
import { FeedBroadcast } from './feed-broadcast.ts';
import { Kafka, logLevel, Partitioners, type Message, type Producer } from 'kafkajs';

export interface Told {
  type?: string;
  subject?: string;
  data?: object;
}

/** Events per request to the broker: well below its limit of 1 MiB for events of a few hundred bytes. */
const batch = 500;
/** What is sent while the broker is away is sent when it is back, up to a minute later. */
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

  /** With `redisUrl` it goes over Redis as well, for realtime with that backplane. */
  static async open(brokers: string, topic: string, redisUrl?: string): Promise<FeedPublisher> {
    // The producer's own retries end with the first of the client's that were not enough: both must be as patient.
    const clientId = 'halftone.stage';
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

  /** The number of the channel's last event; 0 before the first. */
  last(channel: string): number {
    return this.#last.get(channel) ?? 0;
  }

  /** Somebody else has written the channel up to this number. */
  goOnAfter(channel: string, last: number): void {
    this.#last.set(channel, last);
  }

  /** Resolves with the number of the last one when the broker has them all. */
  async publish(channel: string, events: readonly Told[]): Promise<number> {
    for (let at = 0; at < events.length; at += batch) {
      const messages = events.slice(at, at + batch).map((event) => this.#message(channel, event));
      await this.#producer.send({ topic: this.#topic, acks: -1, messages });
      await this.#broadcast?.publish(messages.flatMap(({ value }) => (value instanceof Buffer ? value : [])));
    }
    return this.last(channel);
  }

  /** So many alike, each with `bytes` bytes of data. */
  tell(channel: string, count: number, bytes = 0): Promise<number> {
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

  #message(channel: string, { type = 'order.paid', subject = 'orders/1', data = {} }: Told): Message {
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

/** The topic as the shop has it, under another name. */
export async function createFeedTopic(brokers: string, topic: string): Promise<void> {
  const kafka = new Kafka({ brokers: brokers.split(','), clientId: 'halftone.stage', logLevel: logLevel.NOTHING });
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { partitions: numPartitions } = topics.feed;
    await admin.createTopics({ topics: [{ topic, numPartitions, replicationFactor: 1 }], waitForLeaders: true });
  } finally {
    await admin.disconnect();
  }
}
