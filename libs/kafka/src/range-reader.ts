import type { Kafka, KafkaMessage } from 'kafkajs';
import { PositionedConsumer } from './positioned-consumer';

interface Range {
  partition: number;
  from: bigint;
  /** Exclusive. */
  to: bigint;
}

const IDLE_MS = 60_000;
const ANSWER_MS = 5000;

/**
 * Reads pieces of a topic on demand over one connection that stays open while it is used: all partitions are paused, and a range resumes
 * one from its offset to its end. Ranges wait for each other. Assumes that every offset of the range exists; a hole at its start shows as a
 * first message beyond `from`.
 */
export class RangeReader {
  readonly groups: string[] = [];
  private queue: Promise<unknown> = Promise.resolve();
  private consumer: Promise<PositionedConsumer> | undefined;
  private receive: ((partition: number, message: KafkaMessage) => void) | undefined;
  private fail: ((error: Error) => void) | undefined;
  private idle: NodeJS.Timeout | undefined;

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly partitions: number,
    private readonly groupPrefix: string,
  ) {}

  read(range: Range): Promise<KafkaMessage[]> {
    const answer = this.queue.then(() => this.readWithRetry(range));
    this.queue = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    clearTimeout(this.idle);
    const consumer = this.consumer;
    this.consumer = undefined;
    await (await consumer?.catch(() => undefined))?.close();
  }

  /** The connection may have died while it was idle; a second failure is the caller's. */
  private async readWithRetry(range: Range): Promise<KafkaMessage[]> {
    clearTimeout(this.idle);
    try {
      return await this.readOnce(range).catch(async () => {
        await this.close();
        return this.readOnce(range);
      });
    } finally {
      this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
    }
  }

  private async readOnce({ partition, from, to }: Range): Promise<KafkaMessage[]> {
    if (to <= from) return [];
    this.consumer ??= this.openConsumer();
    const consumer = await this.consumer;
    const messages: KafkaMessage[] = [];
    const { promise, resolve, reject } = Promise.withResolvers<KafkaMessage[]>();
    const late = setTimeout(
      () => reject(new Error(`no end of ${this.topic}/${partition} within ${ANSWER_MS} ms`)),
      ANSWER_MS,
    );
    this.fail = reject;
    this.receive = (of, message) => {
      const offset = BigInt(message.offset);
      if (of !== partition || offset < from) return;
      if (offset < to) messages.push(message);
      if (offset >= to - 1n) resolve(messages);
    };
    consumer.resumeFrom(partition, from);
    return promise.finally(() => {
      clearTimeout(late);
      this.receive = undefined;
      this.fail = undefined;
      consumer.pause(partition);
    });
  }

  private async openConsumer(): Promise<PositionedConsumer> {
    const consumer = new PositionedConsumer({
      kafka: this.kafka,
      topic: this.topic,
      groupPrefix: this.groupPrefix,
      positions: () => new Map(Array.from({ length: this.partitions }, (_, partition) => [partition, 0n])),
      startPaused: true,
      onMessage: (partition, message) => this.receive?.(partition, message),
      onLost: (error) => {
        this.consumer = undefined;
        this.fail?.(error);
      },
    });
    this.groups.push(consumer.groupId);
    await consumer.open();
    return consumer;
  }
}
