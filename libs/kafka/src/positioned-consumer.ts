import { randomUUID } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { logger } from '@halftone/service';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';

export interface PositionedOptions {
  kafka: Kafka;
  topic: string;
  /** The group's id is this and a random part: nobody shares it. */
  groupPrefix: string;
  /** Next offset to read per partition; read again after every rejoin, so the owner keeps it current. */
  positions(): ReadonlyMap<number, bigint>;
  /** Partitions that are fetched only when resumed. */
  startPaused?: boolean;
  /** How long a fetch waits for something new, and what is resumed for its first fetch. */
  maxWaitMs?: number;
  /** Of one partition at a time; what a fetch brings is decoded in one go, while nobody else gets a turn. */
  maxBytesPerPartition?: number;
  onMessage(partition: number, message: KafkaMessage): void;
  /** This consumer is gone for good; the owner opens another. */
  onLost(error: Error): void;
}

/** How long the broker holds a fetch back until there is something: each one costs more than 2 ms of CPU, and a stop waits for the last. */
const MAX_WAIT_MS = 250;
/** After so many bytes of a batch others get their turn of the event loop, so that what was handed over can be written out. */
const TURN_BYTES = 64 * 1024;

/**
 * kafkajs has no plain assignment, so a reader of its own positions is a group of one that seeks after each join and commits
 * nothing. It never restarts itself: a fresh group under a fresh id is ready at once, while the old one would wait for its own dead member.
 */
export class PositionedConsumer {
  readonly groupId: string;
  readonly joined: Promise<void>;
  private readonly consumer: Consumer;
  private readonly hasJoined = Promise.withResolvers<void>();

  constructor(private readonly options: PositionedOptions) {
    this.groupId = `${options.groupPrefix}.${randomUUID()}`;
    this.joined = this.hasJoined.promise;
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
    this.consumer.on(events.GROUP_JOIN, () => this.takePositions());
    this.consumer.on(events.CRASH, ({ payload: { error } }) => this.lose(error));
    await this.consumer.connect();
    await this.consumer.subscribe({ topics: [this.options.topic], fromBeginning: true });
    const running = this.consumer.run({
      autoCommit: false,
      partitionsConsumedConcurrently: 4,
      eachBatch: (payload) => this.eachBatch(payload),
    });
    running.catch((error: Error) => this.lose(error));
    await this.joined;
    // A consumer that is stopped before it runs does not leave its group.
    await running;
  }

  /** Fetches one partition from an offset on. */
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

  private takePositions(): void {
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
      if (bytes < TURN_BYTES) continue;
      bytes = 0;
      await nextTurn();
    }
    await heartbeat();
  }

  private lose(error: Error): void {
    this.hasJoined.reject(error);
    this.options.onLost(error);
  }
}
