import type { OutboxRow } from '@halftone/postgres';
import { CompressionTypes, type Kafka, type Message, Partitioners, type Producer, type TopicMessages } from 'kafkajs';
import { toMessage } from './event-message';
import { withPublishSpans } from './messaging-span';
import { type RejectedEvent, rejectionIn } from './rejected-event';

/** Below the broker's default limit of 1 MiB for a batch, with a margin for headers. */
const CHUNK_BYTES = 512 * 1024;

/**
 * Publishes with acks from all replicas and an idempotent producer, so kafkajs's own retries neither lose, duplicate
 * nor reorder. When the retries are used up the outcome is unknown and the producer is replaced. Otherwise the broker
 * would take a new batch with the same sequence number for a duplicate and drop it.
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

  /**
   * Resolves once the broker has acknowledged each row or rejected it permanently. Returns the rejected ones; the
   * caller must dead-letter them. Rows of one topic and key keep their order. When one is rejected, rows of the same
   * batch may be published twice.
   */
  async publish(rows: readonly OutboxRow[]): Promise<RejectedEvent[]> {
    const rejected: RejectedEvent[] = [];
    for (const chunk of chunks(rows)) rejected.push(...(await this.publishChunk(chunk)));
    return rejected;
  }

  /** Publishes one message unchanged; used for dead letters. */
  async publishRaw(topic: string, message: Message): Promise<void> {
    await this.send([{ topic, messages: [message] }]);
  }

  async disconnect(): Promise<void> {
    const producer = this.producer;
    this.producer = undefined;
    await (await producer)?.disconnect();
  }

  /** The broker rejects a batch as a whole; halving the batch finds the row that it rejects. */
  private async publishChunk(rows: readonly OutboxRow[]): Promise<RejectedEvent[]> {
    try {
      await withPublishSpans(rows, (spanned) => this.send(topicMessages(spanned, this.source)));
      return [];
    } catch (error) {
      const rejection = rejectionIn(error);
      if (!rejection) throw error;
      const [row] = rows;
      if (row && rows.length === 1) return [{ row, ...rejection }];
      const middle = Math.ceil(rows.length / 2);
      return [...(await this.publishChunk(rows.slice(0, middle))), ...(await this.publishChunk(rows.slice(middle)))];
    }
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
      // The error of the send is thrown; the connection is closed in any case.
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
