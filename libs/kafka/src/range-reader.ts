import type { Kafka, KafkaMessage } from 'kafkajs';
import { PositionedConsumer } from './positioned-consumer';
import { ReaderGroups } from './reader-groups';

interface Range {
  partition: number;
  from: bigint;
  /** Exclusive. */
  to: bigint;
}

const IDLE_MS = 20_000;
const ANSWER_MS = 5000;
/** The wait of an empty fetch. The next range starts after it at the latest. */
const MAX_WAIT_MS = 20;
/** About a thousand events. Reading history is not urgent; live events are. */
const MAX_FETCH_BYTES = 256 * 1024;

/**
 * Reads ranges of a topic on demand over one connection that stays open while it is used. All partitions are paused;
 * a range resumes one from its offset to its end. Ranges wait for each other. It assumes that every offset of the
 * range exists; a hole at the start shows as a first message beyond `from`. Messages fetched beyond the end of a
 * range are kept, because the next range mostly continues there. After `close` it opens nothing; running and waiting
 * reads reject.
 */
export class RangeReader {
  private readonly used = new ReaderGroups();
  private queue: Promise<unknown> = Promise.resolve();
  private consumer: Promise<PositionedConsumer> | undefined;
  private receive: ((partition: number, message: KafkaMessage) => void) | undefined;
  /** The messages of the last fetch, without a hole. */
  private fetched: { partition: number; messages: KafkaMessage[] } | undefined;
  private fail: ((error: Error) => void) | undefined;
  private idle: NodeJS.Timeout | undefined;
  private closed = false;

  constructor(
    private readonly kafka: Kafka,
    private readonly topic: string,
    private readonly partitions: number,
    private readonly groupPrefix: string,
  ) {}

  /** The latest groups it used, for the caller to delete. */
  get groups(): readonly string[] {
    return this.used.list();
  }

  read(range: Range): Promise<KafkaMessage[]> {
    const answer = this.queue.then(() => this.readWithRetry(range));
    // The caller of this read gets its error; the next read only waits for its end.
    this.queue = answer.catch(() => undefined);
    return answer;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.fail?.(readerClosed());
    await this.queue;
    await this.disconnect();
  }

  private async disconnect(): Promise<void> {
    clearTimeout(this.idle);
    const consumer = this.consumer;
    this.consumer = undefined;
    this.receive = undefined;
    this.fetched = undefined;
    // A consumer that never connected needs no close; the read got its error.
    await (await consumer?.catch(() => undefined))?.close();
  }

  /** The connection may have died while idle, so the first failure is retried. */
  private async readWithRetry(range: Range): Promise<KafkaMessage[]> {
    clearTimeout(this.idle);
    try {
      return await this.readOnce(range).catch(async () => {
        await this.disconnect();
        return this.readOnce(range);
      });
    } finally {
      this.idle = setTimeout(() => void this.disconnect(), IDLE_MS).unref();
    }
  }

  private async readOnce({ partition, from, to }: Range): Promise<KafkaMessage[]> {
    if (to <= from) return [];
    if (this.closed) throw readerClosed();
    const known = this.fetchedFrom(partition, from);
    const last = known.at(-1);
    const next = last ? BigInt(last.offset) + 1n : from;
    const messages = next < to ? [...known, ...(await this.fetch({ partition, from: next, to }))] : known;
    return messages.filter(({ offset }) => BigInt(offset) < to);
  }

  private fetchedFrom(partition: number, from: bigint): KafkaMessage[] {
    const { messages = [], partition: of } = this.fetched ?? {};
    const [first] = messages;
    if (of !== partition || !first || BigInt(first.offset) > from) return [];
    return messages.filter(({ offset }) => BigInt(offset) >= from);
  }

  /** Resolves with all messages from `from` once `to` is reached; more may follow. */
  private async fetch({ partition, from, to }: Range): Promise<KafkaMessage[]> {
    this.consumer ??= this.openConsumer();
    const consumer = await this.consumer;
    if (this.closed) throw readerClosed();
    const messages: KafkaMessage[] = [];
    this.fetched = { partition, messages };
    const { promise, resolve, reject } = Promise.withResolvers<KafkaMessage[]>();
    const late = setTimeout(
      () =>
        reject(new Error(`the end of the range of ${this.topic}/${partition} was not reached within ${ANSWER_MS} ms`)),
      ANSWER_MS,
    );
    this.fail = reject;
    this.receive = (of, message) => {
      const offset = BigInt(message.offset);
      if (of !== partition || offset < from) return;
      messages.push(message);
      if (offset >= to - 1n) resolve(messages);
    };
    consumer.resumeFrom(partition, from);
    return promise.finally(() => {
      clearTimeout(late);
      this.fail = undefined;
      consumer.pause(partition);
    });
  }

  private openConsumer(): Promise<PositionedConsumer> {
    const consumer = new PositionedConsumer({
      kafka: this.kafka,
      topic: this.topic,
      groupPrefix: this.groupPrefix,
      positions: () => new Map(Array.from({ length: this.partitions }, (_, partition) => [partition, 0n])),
      startPaused: true,
      maxWaitMs: MAX_WAIT_MS,
      maxBytesPerPartition: MAX_FETCH_BYTES,
      onMessage: (partition, message) => this.receive?.(partition, message),
      onLost: (error) => {
        if (this.consumer !== opened) return;
        this.consumer = undefined;
        this.fail?.(error);
      },
    });
    this.used.add(consumer.groupId);
    const opened = consumer.open().then(
      () => consumer,
      async (error: unknown) => {
        await consumer.close();
        throw error;
      },
    );
    return opened;
  }
}

export const readerClosed = (): Error => new Error('the reader is closed');
