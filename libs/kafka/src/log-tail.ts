import { setTimeout as sleep } from 'node:timers/promises';
import { logger } from '@halftone/service/log';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { PositionedConsumer } from './positioned-consumer';
import { ReaderGroups } from './reader-groups';

interface LogTailOptions {
  kafka: Kafka;
  topic: string;
  groupPrefix: string;
  /** The first offset to read, per partition. */
  start: ReadonlyMap<number, bigint>;
  /** The end offsets at the start; once they are reached the reader has caught up. */
  ends: ReadonlyMap<number, bigint>;
  onMessage(partition: number, message: KafkaMessage): void;
}

const LONGEST_BACKOFF_MS = 2000;

/**
 * Reads all partitions of a topic until it is stopped. Every message from the start offsets is delivered exactly once
 * and in order per partition, across broker restarts, unless retention removed it first. An `onMessage` that throws
 * is called again.
 */
export class LogTail {
  /** Rejects when the tail is stopped first. */
  readonly caughtUp: Promise<void>;
  private readonly reached = Promise.withResolvers<void>();
  private readonly positions: Map<number, bigint>;
  private readonly behind: Map<number, bigint>;
  private readonly groups = new ReaderGroups();
  private consumer: PositionedConsumer | undefined;
  private readonly end = new AbortController();
  private running: Promise<void> | undefined;
  private lost = Promise.withResolvers<void>();

  constructor(private readonly options: LogTailOptions) {
    this.positions = new Map(options.start);
    this.behind = new Map(options.ends);
    this.caughtUp = this.reached.promise;
    // Node ends the process for an unhandled rejection; a later await still gets the error.
    this.caughtUp.catch(() => undefined);
    for (const partition of options.ends.keys()) this.recordProgress(partition);
  }

  start(): void {
    this.running ??= this.runUntilStopped();
  }

  /** Returns the latest groups it used, for the caller to delete. */
  async stop(): Promise<readonly string[]> {
    this.end.abort();
    this.lost.resolve();
    await this.running;
    this.reached.reject(new Error('the reader was stopped before it caught up'));
    return this.groups.list();
  }

  private async runUntilStopped(): Promise<void> {
    const { signal } = this.end;
    for (let failures = 0; !signal.aborted; failures++) {
      this.lost = Promise.withResolvers();
      const consumer = this.openConsumer(this.lost.resolve);
      try {
        await consumer.open();
        failures = 0;
        if (!signal.aborted) await this.lost.promise;
      } catch (error) {
        logger('kafka').warn({ reason: String(error), topic: this.options.topic }, 'reader lost the broker; retrying');
      }
      await consumer.close();
      // An abort only ends the pause early; the loop checks the signal.
      await sleep(Math.min(100 * 2 ** failures, LONGEST_BACKOFF_MS), undefined, { signal }).catch(() => undefined);
    }
  }

  private openConsumer(onLost: () => void): PositionedConsumer {
    const { kafka, topic, groupPrefix } = this.options;
    const consumer: PositionedConsumer = new PositionedConsumer({
      kafka,
      topic,
      groupPrefix,
      positions: () => this.positions,
      onMessage: (partition, message) => this.deliver(consumer, partition, message),
      onLost,
    });
    this.consumer = consumer;
    this.groups.add(consumer.groupId);
    return consumer;
  }

  /** Skips a message of a replaced consumer or before the position; another fetch delivers it. */
  private deliver(from: PositionedConsumer, partition: number, message: KafkaMessage): void {
    const offset = BigInt(message.offset);
    if (from !== this.consumer || offset < (this.positions.get(partition) ?? 0n)) return;
    this.options.onMessage(partition, message);
    this.positions.set(partition, offset + 1n);
    this.recordProgress(partition);
  }

  private recordProgress(partition: number): void {
    const end = this.behind.get(partition);
    if (end === undefined || (this.positions.get(partition) ?? 0n) < end) return;
    this.behind.delete(partition);
    if (this.behind.size === 0) this.reached.resolve();
  }
}
