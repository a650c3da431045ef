import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { logger } from '@halftone/service/log';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

interface PositionedOptions {
  kafka: Kafka;
  topic: string;
  /** The group id is this prefix and a random part, so nobody shares it. */
  groupPrefix: string;
  /** The next offset to read per partition. It is read after every rejoin, so the owner keeps it current. */
  positions(): ReadonlyMap<number, bigint>;
  /** Whether partitions are fetched only once resumed. */
  startPaused?: boolean;
  /** How long a fetch waits for new messages. A resumed partition waits as long for its first fetch. */
  maxWaitMs?: number;
  /** The largest fetch of one partition. A fetch is decoded in one go and blocks the event loop meanwhile. */
  maxBytesPerPartition?: number;
  onMessage(partition: number, message: KafkaMessage): void;
  /** Called when this consumer is lost; the owner opens another. */
  onLost(error: Error): void;
}

/**
 * How long the broker delays an empty fetch. Each fetch costs more than 2 ms of CPU, and a stop waits for the last
 * one.
 */
const MAX_WAIT_MS = 250;
/** After this many bytes of a batch the event loop gets a turn, so that delivered messages can be written out. */
const YIELD_EVERY_BYTES = 64 * 1024;

/**
 * kafkajs cannot assign partitions, so a reader with its own positions is a group of one that seeks after each join
 * and commits nothing. It never restarts itself: a new group is ready immediately, while the old one would wait for its
 * dead member.
 */
export class PositionedConsumer {
  readonly groupId: string;
  readonly joined: Promise<void>;
  private readonly consumer: Consumer;
  private readonly hasJoined = Promise.withResolvers<void>();

  constructor(private readonly options: PositionedOptions) {
    this.groupId = `${options.groupPrefix}.${randomUUID()}`;
    this.joined = this.hasJoined.promise;
    // Node ends the process for an unhandled rejection; a later await still gets the error.
    this.joined.catch(() => undefined);
    this.consumer = options.kafka.consumer({
      groupId: this.groupId,
      sessionTimeout: 10_000,
      heartbeatInterval: 2000,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: options.maxWaitMs ?? MAX_WAIT_MS,
      minBytes: 1,
      maxBytes: 8 * 1024 * 1024,
      maxBytesPerPartition: options.maxBytesPerPartition ?? 1024 * 1024,
      allowAutoTopicCreation: false,
      retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 4, restartOnFailure: async () => false },
    });
  }

  async open(): Promise<void> {
    const { events } = this.consumer;
    this.consumer.on(events.GROUP_JOIN, () => this.seekToPositions());
    this.consumer.on(events.CRASH, ({ payload: { error } }) => this.fail(error));
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [this.options.topic], fromBeginning: true });
    const running = this.consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.eachBatch(payload),
    });
    running.catch((error: Error) => this.fail(error));
    await this.joined;
    // A consumer that is stopped before it runs does not leave its group.
    await running;
  }

  /** Fetches one partition from this offset. */
  resumeFrom(partition: number, offset: bigint): void {
    const { topic } = this.options;
    this.consumer.seek({ topic, partition, offset: String(offset) });
    this.consumer.resume([{ topic, partitions: [partition] }]);
  }

  pause(partition: number): void {
    this.consumer.pause([{ topic: this.options.topic, partitions: [partition] }]);
  }

  async close(): Promise<void> {
    await this.consumer
      .disconnect()
      .catch((error: Error) => logger('kafka').debug({ err: error }, 'reader did not leave its group'));
  }

  private seekToPositions(): void {
    const { topic, positions, startPaused } = this.options;
    for (const [partition, offset] of positions()) {
      this.consumer.seek({ topic, partition, offset: String(offset) });
      if (startPaused) this.pause(partition);
    }
    this.hasJoined.resolve();
  }

  private async eachBatch({ batch, heartbeat, isRunning, isStale }: EachBatchPayload): Promise<void> {
    let bytes = 0;
    for (const message of batch.messages) {
      if (!isRunning() || isStale()) return;
      this.options.onMessage(batch.partition, message);
      bytes += message.value?.length ?? 0;
      if (bytes < YIELD_EVERY_BYTES) continue;
      bytes = 0;
      await nextTurn();
    }
    await heartbeat();
  }

  private fail(error: Error): void {
    this.hasJoined.reject(error);
    this.options.onLost(error);
  }
}
