import type { Database } from '@halftone/postgres';
import { isDomainError } from '@halftone/kernel';
import { logger } from '@halftone/service';
import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { type Incoming, partsOf, sizeOfStep } from './chunk';
import { DeadLetters } from './dead-letters';
import { EventDelivery } from './event-delivery';
import type { EventHandler } from './event-handler';
import type { EventProducer } from './event-producer';
import { GroupMember, HEARTBEAT_MS, type Membership } from './group-member';
import { consumerLag, splitTransactions } from './metrics';
import type { Position } from './parked-event';
import { PartitionBacklogs } from './partition-backlogs';
import { type PartitionBacklog, RetryQueue, withStatementTimeout } from './retry-queue';
import { RetryWorker } from './retry-worker';
import { isLetterOfOther, SingleHandling } from './single-handling';

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

/** `done` of the messages are finished, `next` follow; or the first message is to be retried in place after `retryIn`. */
interface Step {
  done: number;
  next: Incoming[][];
  retryIn?: number | undefined;
}

/**
 * Runs the handlers of one service as a consumer group. Guarantees:
 *
 * - Every event of a handled type takes effect once, and in order per key: its inbox row and its effect are one transaction.
 * - Consecutive events share a transaction. If it fails, they are tried again with fewer, at last one by one.
 * - Its offset is committed only after its transaction, or after the event is in the retry queue, in the service's own database.
 * - An event that fails delays only the events of its key. They wait behind it in the retry queue, in order.
 * - An event that fails permanently moves from the retry queue to the dead letters.
 *
 * docs/adr/0005 says what happens when a process dies or is paused at any point.
 */
export class EventConsumer {
  private readonly member: GroupMember;
  private readonly delivery: EventDelivery;
  private readonly backlogs: PartitionBacklogs;
  private readonly single: SingleHandling;
  private readonly worker: RetryWorker;

  constructor(private readonly options: EventConsumerOptions) {
    const { kafka, group, handlers, database, producer, prepare, onFatal } = options;
    this.delivery = new EventDelivery(group, handlers, database);
    splitTransactions.inc({ group }, 0);
    const queue = new RetryQueue(database, group);
    this.backlogs = new PartitionBacklogs(queue);
    const deadLetters = new DeadLetters(group, producer);
    const { delivery, backlogs } = this;
    this.worker = new RetryWorker({ group, queue, delivery, deadLetters });
    this.single = new SingleHandling({ group, queue, backlogs, delivery, onParked: () => this.worker.wake() });
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
    const backlogOf = () => this.backlogs.of(position, first.offset, membership);
    const parts = [batch.messages.map((message) => this.classify(position, message))];
    for (let part = parts.shift(); part; part = parts.shift()) {
      if (!isRunning() || isStale() || !membership.isCurrent()) return undefined;
      const { done, next, retryIn } = await this.step(position, part, backlogOf);
      // Another member owns the partition now and continues from the last commit.
      if (!membership.isCurrent()) return undefined;
      if (retryIn !== undefined) return retryIn;
      parts.unshift(...next);
      const last = part[done - 1];
      if (!last) continue;
      resolveOffset(last.message.offset);
      this.reportLag(batch, String(BigInt(last.message.offset) + 1n));
      await heartbeat();
    }
    return undefined;
  }

  private classify(position: Position, message: KafkaMessage): Incoming {
    const isForOtherGroup = isLetterOfOther(this.options.group, message);
    if (isForOtherGroup) return { kind: 'skipped', message, isForOtherGroup };
    try {
      const delivery = this.delivery.prepare(position, message);
      return delivery ? { kind: 'event', message, delivery } : { kind: 'skipped', message, isForOtherGroup };
    } catch {
      // It is prepared again alone, and the error is then its failure.
      return { kind: 'alone', message };
    }
  }

  /** Handles the first message or messages. */
  private async step(
    position: Position,
    messages: readonly Incoming[],
    backlogOf: () => Promise<PartitionBacklog>,
  ): Promise<Step> {
    const size = await this.sizeOfStep(position, messages, backlogOf);
    const [now, later] = [messages.slice(0, size), messages.slice(size)];
    const [first] = now;
    if (size > 1) return this.handleTogether(position, now, later);
    const retryIn = first && (await this.single.handleOrPark(position, first.message, backlogOf));
    return { done: 1, next: later.length > 0 ? [later] : [], retryIn };
  }

  /** A message that is retried in place goes alone; so does the first while the database is unreachable. */
  private async sizeOfStep(
    position: Position,
    messages: readonly Incoming[],
    backlogOf: () => Promise<PartitionBacklog>,
  ): Promise<number> {
    if (this.single.isRetrying(position)) return 1;
    const backlog = await withStatementTimeout(backlogOf).catch(() => undefined);
    return backlog ? sizeOfStep(messages, backlog) : 1;
  }

  private async handleTogether(position: Position, now: readonly Incoming[], later: Incoming[]): Promise<Step> {
    const events = now.flatMap((one, index) => (one.kind === 'event' ? [{ ...one, index }] : []));
    const next = (...parts: Incoming[][]) => parts.filter((part) => part.length > 0);
    if (events.length === 0) return { done: now.length, next: next(later) };
    const result = await this.delivery.deliverTogether(events.map(({ delivery }) => delivery));
    if ('error' in result) return { done: 0, next: next(...this.split(now, events, result), later) };
    for (const { message } of events.slice(0, result.done)) this.delivery.count(position, message, 'done');
    const done = events[result.done]?.index ?? now.length;
    return { done, next: next([...now.slice(done), ...later]) };
  }

  private split(
    now: readonly Incoming[],
    events: readonly { index: number }[],
    { error, culprit }: { error: unknown; culprit: number | undefined },
  ): Incoming[][] {
    const { group } = this.options;
    splitTransactions.inc({ group });
    logger('consumer').info({ group, events: events.length, err: error }, 'events are tried again in fewer at a time');
    // An unreachable database is no fault of an event: the first one waits for it.
    const isUnreachable = isDomainError(error) && error.code === 'UNAVAILABLE';
    return partsOf(now, events[culprit ?? (isUnreachable ? 0 : -1)]?.index);
  }

  /** `next` is the offset to handle next. */
  private reportLag({ topic, partition, highWatermark }: EachBatchPayload['batch'], next: string): void {
    const lag = Number(highWatermark) - Number(next);
    consumerLag.set({ group: this.options.group, topic, partition: String(partition) }, lag);
  }
}
