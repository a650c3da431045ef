import { logger, runInCall, SpanKind, stopwatch, withSpan, withTraceparent } from '@halftone/service';
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs';
import type { DeadLetters, Position } from './dead-letters';
import type { EventHandler } from './event-handler';
import { type Envelope, envelopeOf, headerOf } from './event-message';
import { delayAfter, verdictOn } from './failure';
import { describeSpan } from './messaging-span';
import { consumerHandled, consumerLag, eventDelay, handleSeconds } from './metrics';

/**
 * The broker's default minimum. A member that was killed holds the group up for this long when it comes back, because it comes back under
 * a new member id (kafkajs has no static membership).
 */
const SESSION_TIMEOUT_MS = 6000;
const HEARTBEAT_MS = 1000;
const outcomes = ['done', 'retried', 'dead'] as const;
/** The deadline of each handler's call: without one, a peer that hangs would hold the partition for ever. */
const HANDLER_MS = 10_000;

export interface EventConsumerOptions {
  kafka: Kafka;
  group: string;
  handlers: readonly EventHandler[];
  deadLetters: DeadLetters;
  /** Called when the consumer can never work again; the process must end so that a fresh one takes over. */
  onFatal(error: Error): void;
}

/**
 * Runs the handlers of one service as a consumer group. Guarantees: every event of a handled type is handled at least once, in order per
 * partition; an offset is committed only after its handler succeeded or the event is in the dead letters. Partitions do not
 * wait for each other: one whose event fails is paused for the backoff while the others go on and the group keeps its heartbeat.
 */
export class EventConsumer {
  private readonly consumer: Consumer;
  private readonly byType: Map<string, EventHandler[]>;
  private readonly attempts = new Map<string, number>();

  constructor(private readonly options: EventConsumerOptions) {
    this.byType = Map.groupBy(options.handlers, (handler) => `${handler.topic} ${handler.type}`);
    for (const { type } of options.handlers)
      for (const outcome of outcomes) consumerHandled.inc({ group: options.group, type, outcome }, 0);
    this.consumer = options.kafka.consumer({
      groupId: options.group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_MS,
      rebalanceTimeout: 10_000,
      maxWaitTimeInMs: 100,
      minBytes: 1,
      maxBytes: 4 * 1024 * 1024,
      retry: { initialRetryTime: 100, maxRetryTime: 2000, retries: 8 },
    });
  }

  /** Resolves when connected; joining the group goes on behind it, which after a crash may take as long as the session timeout. */
  async start(): Promise<void> {
    this.consumer.on(this.consumer.events.CRASH, ({ payload: { error, restart } }) => {
      if (!restart) this.options.onFatal(error);
    });
    await this.consumer.connect();
    await this.consumer.subscribe({
      topics: [...new Set(this.options.handlers.map((handler) => handler.topic))],
      fromBeginning: true,
    });
    const running = this.consumer.run({
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: 8,
      eachBatch: (payload) => this.eachBatch(payload),
    });
    running.catch((error: Error) => this.options.onFatal(error));
  }

  /** Ends after the message in hand, commits, and leaves the group so that others take over at once. */
  async stop(): Promise<void> {
    await this.consumer.disconnect();
  }

  private async eachBatch({
    batch,
    resolveOffset,
    heartbeat,
    pause,
    isRunning,
    isStale,
  }: EachBatchPayload): Promise<void> {
    const position = { topic: batch.topic, partition: batch.partition };
    // A handler may wait longer than the session lasts; what the group answers is heard by the heartbeat in the loop.
    const [first] = batch.messages;
    if (first) this.reportLag(batch, first.offset);
    const beating = setInterval(() => void heartbeat().catch(() => undefined), HEARTBEAT_MS);
    try {
      for (const message of batch.messages) {
        if (!isRunning() || isStale()) return;
        const retryIn = await this.deliver(position, message);
        if (retryIn !== undefined) {
          setTimeout(pause(), retryIn);
          return;
        }
        resolveOffset(message.offset);
        this.reportLag(batch, String(BigInt(message.offset) + 1n));
        await heartbeat();
      }
    } finally {
      clearInterval(beating);
    }
  }

  /** Handles one message or puts it to the dead letters; answers the delay if it is to be tried again. */
  private async deliver(position: Position, message: KafkaMessage): Promise<number | undefined> {
    const place = `${position.topic}/${position.partition}`;
    const attempt = (this.attempts.get(place) ?? 0) + 1;
    const type = this.typeOf(position, message);
    const count = (outcome: (typeof outcomes)[number]) =>
      consumerHandled.inc({ group: this.options.group, type, outcome });
    try {
      if (await this.handle(position, message)) count('done');
    } catch (error) {
      const dead = verdictOn(error, attempt) === 'dead' && (await this.bury(position, message, error));
      count(dead ? 'dead' : 'retried');
      if (!dead) {
        this.attempts.set(place, attempt);
        logger('consumer').warn(
          { ...position, offset: message.offset, type, attempt, err: error },
          'handler failed; trying again',
        );
        return delayAfter(attempt);
      }
    }
    this.attempts.delete(place);
    return undefined;
  }

  /** False if nobody here handles this type. */
  private async handle({ topic, partition }: Position, message: KafkaMessage): Promise<boolean> {
    const envelope = envelopeOf(topic, partition, message);
    const handlers = this.byType.get(`${topic} ${envelope.type}`) ?? [];
    for (const handler of handlers) await this.run(envelope, handler.prepare(envelope, message.value));
    return handlers.length > 0;
  }

  private run(envelope: Envelope, work: () => Promise<void>): Promise<void> {
    const { group } = this.options;
    const { name, attributes } = describeSpan('consume', envelope);
    const measured = async () => {
      const seconds = stopwatch();
      await work().finally(() => handleSeconds.observe({ group, type: envelope.type }, seconds()));
      eventDelay.observe({ group, topic: envelope.topic }, (Date.now() - envelope.time.getTime()) / 1_000);
    };
    return runInCall({ deadline: Date.now() + HANDLER_MS }, () =>
      withTraceparent(envelope.traceparent, () =>
        withSpan(name, { ...attributes, 'messaging.consumer.group.name': group }, measured, SpanKind.CONSUMER),
      ),
    );
  }

  /** For labels: a message that is not ours may call itself anything. */
  private typeOf({ topic }: Position, { headers = {} }: KafkaMessage): string {
    const type = headerOf(headers, 'ce_type');
    return type !== undefined && this.byType.has(`${topic} ${type}`) ? type : 'unknown';
  }

  private async bury(position: Position, message: KafkaMessage, error: unknown): Promise<boolean> {
    try {
      await this.options.deadLetters.put(position, message, error);
      return true;
    } catch (failure) {
      logger('consumer').warn({ err: failure }, 'the dead letters cannot be reached');
      return false;
    }
  }

  /** `next` is the offset that is handled next. */
  private reportLag({ topic, partition, highWatermark }: EachBatchPayload['batch'], next: string): void {
    const lag = Number(highWatermark) - Number(next);
    consumerLag.set({ group: this.options.group, topic, partition: String(partition) }, lag);
  }
}
