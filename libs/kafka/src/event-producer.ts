import type { OutboxRow } from '@halftone/postgres';
import { CompressionTypes, type Kafka, type Message, Partitioners, type Producer, type TopicMessages } from 'kafkajs';
import { toMessage } from './event-message';
import { withPublishSpans } from './messaging-span';

/** Below the broker's default limit of 1 MiB for a batch, with room for headers. */
const CHUNK_BYTES = 512 * 1024;

/**
 * Publishes with acks from all replicas and an idempotent producer, so kafkajs's own retries neither lose, double nor reorder.
 * When those are used up the outcome is unknown; then the producer is thrown away, because a new batch under the sequence number of an
 * unknown one would be taken for its duplicate and dropped by the broker.
 */
export class EventProducer {
  private producer: Promise<Producer> | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly source: string,
  ) {}

  async connect(): Promise<void> {
    await this.connected();
  }

  /** Resolves once every row is acknowledged. Rows of one topic and key keep their order. */
  async publish(rows: readonly OutboxRow[]): Promise<void> {
    for (const chunk of chunks(rows)) {
      await withPublishSpans(chunk, (spanned) => this.send(topicMessages(spanned, this.source)));
    }
  }

  /** One message as it is; used for dead letters. */
  async publishRaw(topic: string, message: Message): Promise<void> {
    await this.send([{ topic, messages: [message] }]);
  }

  async disconnect(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await (await producer)?.disconnect();
  }

  private async send(messages: TopicMessages[]): Promise<void> {
    const producer = await this.connected();
    try {
      await producer.sendBatch({
        acks: -1,
        timeout: 10_000,
        compression: CompressionTypes.None,
        topicMessages: messages,
      });
    } catch (error) {
      this.producer = undefined;
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  private connected(): Promise<Producer> {
    this.producer ??= this.open().catch((error: unknown) => {
      this.producer = undefined;
      throw error;
    });
    return this.producer;
  }

  private async open(): Promise<Producer> {
    const producer = this.kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { initialRetryTime: 100, maxRetryTime: 1000, retries: 5 },
    });
    await producer.connect();
    return producer;
  }
}

function* chunks(rows: readonly OutboxRow[]): Generator<OutboxRow[]> {
  let chunk: OutboxRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (chunk.length > 0 && bytes + row.value.length > CHUNK_BYTES) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(row);
    bytes += row.value.length;
  }
  if (chunk.length > 0) yield chunk;
}

function topicMessages(rows: readonly OutboxRow[], source: string): TopicMessages[] {
  const byTopic = Map.groupBy(rows, (row) => row.topic);
  return [...byTopic].map(([topic, group]) => ({ topic, messages: group.map((row) => toMessage(row, source)) }));
}
