import { setTimeout as sleep } from 'node:timers/promises';
import { logger } from '@halftone/service';
import type { Kafka, KafkaMessage } from 'kafkajs';
import { PositionedConsumer } from './positioned-consumer';

export interface LogTailOptions {
  kafka: Kafka;
  topic: string;
  groupPrefix: string;
  /** First offset to read, per partition. */
  start: ReadonlyMap<number, bigint>;
  /** Ends at the moment of the start: beyond them the reader has caught up. */
  ends: ReadonlyMap<number, bigint>;
  onMessage(partition: number, message: KafkaMessage): void;
}

const LONGEST_BACKOFF_MS = 2000;

/**
 * Reads all partitions of a topic, for ever: every message from the start offsets on is handed over exactly once and in the order of its
 * partition, across any number of broker restarts, unless retention removed it first. `onMessage` that throws is called again.
 */
export class LogTail {
  /** Rejects when it is stopped before. */
  readonly caughtUp: Promise<void>;
  private readonly reached = Promise.withResolvers<void>();
  private readonly positions: Map<number, bigint>;
  private readonly behind: Map<number, bigint>;
  private readonly groups: string[] = [];
  private consumer: PositionedConsumer | undefined;
  private readonly end = new AbortController();
  private running: Promise<void> | undefined;
  private lost = Promise.withResolvers<void>();

  constructor(private readonly options: LogTailOptions) {
    this.positions = new Map(options.start);
    this.behind = new Map(options.ends);
    this.caughtUp = this.reached.promise;
    this.caughtUp.catch(() => undefined);
    for (const partition of options.ends.keys()) this.noteProgress(partition);
  }

  start(): void {
    this.running ??= this.runUntilStopped();
  }

  /** Answers the groups that were used, for the caller to delete. */
  async stop(): Promise<readonly string[]> {
    this.end.abort();
    this.lost.resolve();
    await this.running;
    this.reached.reject(new Error('stopped before everything was read'));
    return this.groups;
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
        logger('kafka').warn(
          { reason: String(error), topic: this.options.topic },
          'reader lost the broker; trying again',
        );
      }
      await consumer.close();
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
      onMessage: (partition, message) => this.take(consumer, partition, message),
      onLost,
    });
    this.consumer = consumer;
    this.groups.push(consumer.groupId);
    return consumer;
  }

  /** A message from a consumer that was replaced, or one before the position, was or will be delivered by another fetch. */
  private take(from: PositionedConsumer, partition: number, message: KafkaMessage): void {
    const offset = BigInt(message.offset);
    if (from !== this.consumer || offset < (this.positions.get(partition) ?? 0n)) return;
    this.options.onMessage(partition, message);
    this.positions.set(partition, offset + 1n);
    this.noteProgress(partition);
  }

  private noteProgress(partition: number): void {
    const end = this.behind.get(partition);
    if (end === undefined || (this.positions.get(partition) ?? 0n) < end) return;
    this.behind.delete(partition);
    if (this.behind.size === 0) this.reached.resolve();
  }
}
