import { replayedHeader } from '@halftone/contracts';
import type { Database } from '@halftone/postgres';
import { failpoint, logger, runInCall } from '@halftone/service';
import type { EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import { DeadLetters } from './dead-letters';
import { EventDelivery } from './event-delivery';
import type { EventHandler } from './event-handler';
import { headerOf } from './event-message';
import type { EventProducer } from './event-producer';
import { delayAfter, verdictOn } from './failure';
import { GroupMember, HEARTBEAT_MS, type Membership } from './group-member';
import { Lanes } from './lanes';
import { consumerLag } from './metrics';
import { ParkedWorker } from './parked-worker';
import { isKnown, keyOf, type Lane, Parking, type Position } from './parking';

/** For a statement about parked events; without it a database that fell silent would be waited for. */
const STATEMENT_MS = 5000;

export interface EventConsumerOptions {
  kafka: Kafka;
  group: string;
  handlers: readonly EventHandler[];
  /** Of the service, with the platform's tables. */
  database: Pick<Database, 'rows'>;
  producer: EventProducer;
  /** Makes the topics, should the brokers have lost them. */
  prepare(): Promise<void>;
  /** Called when the consumer can never work again; the process must end so that a fresh one takes over. */
  onFatal(error: Error): void;
}

/**
 * Runs the handlers of one service as a consumer group. Guarantees: every event of a handled type is handled at least once, in order per
 * key; its offset is committed only after its handler succeeded or the event is parked, in a row of the service's own database. An event
 * that fails holds up nothing but the events of its key: they wait in rows behind it, in their order, while all others go on. What fails for
 * good goes from its row to the dead letters. docs/adr/0005 tells what happens when a process dies or is paused at any point of this.
 */
export class EventConsumer {
  private readonly member: GroupMember;
  private readonly delivery: EventDelivery;
  private readonly parking: Parking;
  private readonly lanes: Lanes;
  private readonly worker: ParkedWorker;
  /** Of the message in hand, per partition. */
  private readonly attempts = new Map<string, number>();

  constructor(private readonly options: EventConsumerOptions) {
    const { kafka, group, handlers, database, producer, prepare, onFatal } = options;
    this.delivery = new EventDelivery(group, handlers);
    this.parking = new Parking(database, group);
    this.lanes = new Lanes(this.parking);
    const deadLetters = new DeadLetters(group, producer);
    this.worker = new ParkedWorker({ group, parking: this.parking, delivery: this.delivery, deadLetters });
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

  /** Ends after the events in hand. */
  async stop(): Promise<void> {
    await Promise.all([this.member.stop(), this.worker.stop()]);
  }

  private async eachBatch(payload: EachBatchPayload, membership: Membership): Promise<void> {
    const { batch, heartbeat, pause } = payload;
    const [first] = batch.messages;
    if (!first) return;
    this.reportLag(batch, first.offset);
    // A handler may wait longer than the session lasts; what the group answers is heard by the heartbeat between two messages.
    const beating = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      const retryIn = await this.eachMessage(payload, first, membership);
      if (retryIn !== undefined) setTimeout(pause(), retryIn);
    } finally {
      clearInterval(beating);
    }
  }

  /** Answers the delay if the message in hand is to be tried again in place. */
  private async eachMessage(
    { batch, resolveOffset, heartbeat, isRunning, isStale }: EachBatchPayload,
    first: KafkaMessage,
    membership: Membership,
  ): Promise<number | undefined> {
    const position = { topic: batch.topic, partition: batch.partition };
    for (const message of batch.messages) {
      if (!isRunning() || isStale() || !membership.isCurrent()) return undefined;
      const retryIn = await this.take(position, message, () => this.lanes.of(position, first.offset, membership));
      // Somebody else has the partition now, and begins where the last commit was.
      if (!membership.isCurrent()) return undefined;
      if (retryIn !== undefined) return retryIn;
      resolveOffset(message.offset);
      this.reportLag(batch, String(BigInt(message.offset) + 1n));
      await heartbeat();
    }
    return undefined;
  }

  /** Undefined once the message is handled or in a row. */
  private async take(
    position: Position,
    message: KafkaMessage,
    laneOf: () => Promise<Lane>,
  ): Promise<number | undefined> {
    const place = `${position.topic}/${position.partition}`;
    const attempt = (this.attempts.get(place) ?? 0) + 1;
    try {
      const lane = await inTime(laneOf);
      if (!(await this.isSetAside(lane, position, message))) await this.handle(lane, position, message, attempt);
      this.attempts.delete(place);
      return undefined;
    } catch (error) {
      this.attempts.set(place, attempt);
      // A row may have been written although we were not told.
      this.lanes.forget(position);
      this.delivery.count(position, message, 'retried');
      const { offset } = message;
      logger('consumer').warn({ ...position, offset, attempt, err: error }, 'event not handled; trying again');
      return delayAfter(attempt);
    }
  }

  private async isSetAside(lane: Lane, position: Position, message: KafkaMessage): Promise<boolean> {
    if (isKnown(lane, message)) return true;
    const key = keyOf(message);
    if (!lane.keys.has(key) || this.isForOthers(message)) return false;
    if (!(await inTime(() => this.parking.queueBehind(position, message)))) {
      lane.keys.delete(key);
      return false;
    }
    await failpoint('consumer.parked.behind');
    this.delivery.count(position, message, 'parked');
    return true;
  }

  /** Throws what is to be tried again in place. */
  private async handle(lane: Lane, position: Position, message: KafkaMessage, attempt: number): Promise<void> {
    if (this.isForOthers(message)) return;
    try {
      if (await this.delivery.deliver(position, message)) this.delivery.count(position, message, 'done');
    } catch (error) {
      const verdict = verdictOn(error, attempt);
      if (verdict === 'again') throw error;
      await inTime(() => this.parking.setAside(position, message, error, verdict === 'dead'));
      await failpoint('consumer.parked.stored');
      lane.keys.add(keyOf(message));
      this.delivery.count(position, message, 'parked');
      const { offset } = message;
      logger('consumer').warn({ ...position, offset, err: error }, 'handler failed; its key waits, others pass');
      this.worker.wake();
    }
  }

  /** Somebody replayed the dead letter of another group, which shares the topic with us. */
  private isForOthers({ headers = {} }: KafkaMessage): boolean {
    const letter = headerOf(headers, replayedHeader);
    const group = letter?.slice(0, Math.max(0, letter.lastIndexOf('/')));
    return group !== undefined && group !== this.options.group;
  }

  /** `next` is the offset that is handled next. */
  private reportLag({ topic, partition, highWatermark }: EachBatchPayload['batch'], next: string): void {
    const lag = Number(highWatermark) - Number(next);
    consumerLag.set({ group: this.options.group, topic, partition: String(partition) }, lag);
  }
}

const inTime = <R>(work: () => Promise<R>): Promise<R> => runInCall({ deadline: Date.now() + STATEMENT_MS }, work);
