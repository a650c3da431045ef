import { replayedHeader } from '@halftone/contracts';
import type { Database } from '@halftone/postgres';
import { failpoint, logger } from '@halftone/service';
import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { DeadLetters } from './dead-letters';
import { EventDelivery } from './event-delivery';
import type { EventHandler } from './event-handler';
import { headerOf } from './event-message';
import type { EventProducer } from './event-producer';
import { actionOnFailure, delayAfter } from './failure';
import { GroupMember, HEARTBEAT_MS, type Membership } from './group-member';
import { consumerLag } from './metrics';
import type { Position } from './parked-event';
import { PartitionBacklogs } from './partition-backlogs';
import { isKnown, keyOf, type PartitionBacklog, RetryQueue, withStatementTimeout } from './retry-queue';
import { RetryWorker } from './retry-worker';

interface EventConsumerOptions {
  kafka: Kafka;
  group: string;
  handlers: readonly EventHandler[];
  /** The service's database, with the platform's tables. */
  database: Pick<Database, 'rows' | 'tx'>;
  producer: EventProducer;
  /** Creates the topics again if the brokers have lost them. */
  prepare(): Promise<void>;
  /** Called when the consumer cannot recover; the process must end so that a fresh one takes over. */
  onFatal(error: Error): void;
}

/**
 * Runs the handlers of one service as a consumer group. Guarantees:
 *
 * - Every event of a handled type is handled at least once, and in order per key.
 * - Its offset is committed only after its handler succeeded or the event is in the retry queue, in the service's own database.
 * - An event that fails delays only the events of its key. They wait behind it in the retry queue, in order.
 * - An event that fails permanently moves from the retry queue to the dead letters.
 *
 * docs/adr/0005 says what happens when a process dies or is paused at any point.
 */
export class EventConsumer {
  private readonly member: GroupMember;
  private readonly delivery: EventDelivery;
  private readonly queue: RetryQueue;
  private readonly backlogs: PartitionBacklogs;
  private readonly worker: RetryWorker;
  /** Attempts of the current message, per partition. */
  private readonly attempts = new Map<string, number>();

  constructor(private readonly options: EventConsumerOptions) {
    const { kafka, group, handlers, database, producer, prepare, onFatal } = options;
    this.delivery = new EventDelivery(group, handlers);
    this.queue = new RetryQueue(database, group);
    this.backlogs = new PartitionBacklogs(this.queue);
    const deadLetters = new DeadLetters(group, producer);
    this.worker = new RetryWorker({ group, queue: this.queue, delivery: this.delivery, deadLetters });
    this.member = new GroupMember({
      kafka,
      group,
      topics: [...new Set(handlers.map((handler) => handler.topic))],
      eachBatch: (payload, membership) => this.eachBatch(payload, membership),
      prepare,
      onFatal,
    });
  }

  /** Resolves when connected. */
  async start(): Promise<void> {
    await this.member.start();
    this.worker.start();
  }

  /** Resolves after the events that are being handled. */
  async stop(): Promise<void> {
    await Promise.all([this.member.stop(), this.worker.stop()]);
  }

  private async eachBatch(payload: EachBatchPayload, membership: Membership): Promise<void> {
    const { batch, heartbeat, pause } = payload;
    const [first] = batch.messages;
    if (!first) return;
    this.reportLag(batch, first.offset);
    // A handler may take longer than the session; heartbeats keep the membership meanwhile.
    const beating = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const retryIn = await this.eachMessage(payload, first, membership);
      if (retryIn !== undefined) setTimeout(pause(), retryIn);
    } finally {
      clearInterval(beating);
    }
  }

  /** Returns a delay if the current message is to be retried in place. */
  private async eachMessage(
    { batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload,
    first: KafkaMessage,
    membership: Membership,
  ): Promise<number | undefined> {
    const position = { topic: batch.topic, partition: batch.partition };
    for (const message of batch.messages) {
      if (!isRunning() || isStale() || !membership.isCurrent()) return undefined;
      const retryIn = await this.handleOrPark(position, message, () =>
        this.backlogs.of(position, first.offset, membership),
      );
      // Another member owns the partition now and continues from the last commit.
      if (!membership.isCurrent()) return undefined;
      if (retryIn !== undefined) return retryIn;
      resolveOffset(message.offset);
      this.reportLag(batch, String(BigInt(message.offset) + 1n));
      await heartbeat();
    }
    return undefined;
  }

  /** Undefined once the message is handled or in the retry queue; else the delay before the next attempt. */
  private async handleOrPark(
    position: Position,
    message: KafkaMessage,
    backlogOf: () => Promise<PartitionBacklog>,
  ): Promise<number | undefined> {
    const partition = `${position.topic}/${position.partition}`;
    const attempt = (this.attempts.get(partition) ?? 0) + 1;
    try {
      const backlog = await withStatementTimeout(backlogOf);
      if (!(await this.parkBehind(backlog, position, message))) await this.handle(backlog, position, message, attempt);
      this.attempts.delete(partition);
      return undefined;
    } catch (error) {
      this.attempts.set(partition, attempt);
      // A row may have been written although the answer was lost.
      this.backlogs.forget(position);
      this.delivery.count(position, message, 'retried');
      const { offset } = message;
      logger('consumer').warn({ ...position, offset, attempt, err: error }, 'event not handled; retrying');
      return delayAfter(attempt);
    }
  }

  /** Whether the event is in the retry queue already, or had to join it behind an event of its key. */
  private async parkBehind(backlog: PartitionBacklog, position: Position, message: KafkaMessage): Promise<boolean> {
    if (isKnown(backlog, message)) return true;
    const key = keyOf(message);
    if (!backlog.keys.has(key) || this.isForOtherGroup(message)) return false;
    if (!(await withStatementTimeout(() => this.queue.enqueueBehind(position, message)))) {
      backlog.keys.delete(key);
      return false;
    }
    await failpoint('consumer.parked.behind');
    this.delivery.count(position, message, 'parked');
    return true;
  }

  /** Throws an error that is to be retried in place. */
  private async handle(
    backlog: PartitionBacklog,
    position: Position,
    message: KafkaMessage,
    attempt: number,
  ): Promise<void> {
    if (this.isForOtherGroup(message)) return;
    try {
      if (await this.delivery.deliver(position, message)) this.delivery.count(position, message, 'done');
    } catch (error) {
      const action = actionOnFailure(error, attempt);
      if (action === 'retry') throw error;
      await withStatementTimeout(() => this.queue.enqueue(position, message, error, action === 'dead-letter'));
      await failpoint('consumer.parked.stored');
      backlog.keys.add(keyOf(message));
      this.delivery.count(position, message, 'parked');
      const { offset } = message;
      logger('consumer').warn({ ...position, offset, err: error }, 'handler failed; event moved to the retry queue');
      this.worker.wake();
    }
  }

  /** The replayed dead letter of another group that shares the topic. */
  private isForOtherGroup({ headers = {} }: KafkaMessage): boolean {
    const letter = headerOf(headers, replayedHeader);
    const group = letter?.slice(0, Math.max(0, letter.lastIndexOf('/')));
    return group !== undefined && group !== this.options.group;
  }

  /** `next` is the offset to handle next. */
  private reportLag({ topic, partition, highWatermark }: EachBatchPayload['batch'], next: string): void {
    const lag = Number(highWatermark) - Number(next);
    consumerLag.set({ group: this.options.group, topic, partition: String(partition) }, lag);
  }
}
