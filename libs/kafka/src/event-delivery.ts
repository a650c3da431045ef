import type { Database, Tx } from '@halftone/postgres';
import { DomainError } from '@halftone/kernel';
import { runInCall, SpanKind, stopwatch, withSpan, withTraceparent } from '@halftone/service';
import type { KafkaMessage } from 'kafkajs';
import { type EventSpans, openSpans, withBatchSpan } from './batch-span';
import type { EventHandler } from './event-handler';
import { type Envelope, envelopeOf, headerOf } from './event-message';
import { type Delivery, handleNew, type Progress, type RunningDelivery } from './handler-transaction';
import { describeSpan } from './messaging-span';
import { consumerHandled, eventDelay, handleSeconds, transactionEvents } from './metrics';
import type { Position } from './parked-event';

interface Limits {
  /** The deadline of the transaction. Without it a hanging peer would block everything behind the event. */
  deadlineMs: number;
  /** The longest wait for a lock, because all keys of the partition wait behind it. */
  lockMs: number;
}

/** Of an event alone. */
const ALONE: Limits = { deadlineMs: 10_000, lockMs: 1_000 };
/** Of several events in one transaction: it is soon tried again with fewer, and the slow event has its time alone. */
const TOGETHER: Limits = { deadlineMs: 2_000, lockMs: 100 };
/** After this time a transaction begins no further event; the others have the next one. */
const ENOUGH_MS = 1_000;
/** Grace period before a handler that ignores its deadline is abandoned. */
const ABANDON_GRACE_MS = 500;

const outcomes = ['done', 'retried', 'parked', 'dead'] as const;
type Outcome = (typeof outcomes)[number];

/** `done` of the events are committed; or nothing is, and `culprit` is the index of the event that failed, if known. */
export type Together = { done: number } | { error: unknown; culprit: number | undefined };

/** Handles events of the topic or of the retry queue in transactions that record them in the inbox. */
export class EventDelivery {
  private readonly byType: ReadonlyMap<string, EventHandler>;

  constructor(
    private readonly group: string,
    handlers: readonly EventHandler[],
    private readonly database: Pick<Database, 'tx'>,
  ) {
    this.byType = new Map(handlers.map((handler) => [`${handler.topic} ${handler.type}`, handler]));
    if (this.byType.size < handlers.length) throw new Error(`${group} has two handlers for one event type`);
    for (const { type } of handlers) for (const outcome of outcomes) consumerHandled.inc({ group, type, outcome }, 0);
  }

  /** Undefined if no handler has this type. Throws UndecodableError. */
  prepare({ topic, partition }: Position, message: KafkaMessage): Delivery | undefined {
    const envelope = envelopeOf(topic, partition, message);
    const handler = this.byType.get(`${topic} ${envelope.type}`);
    return handler && { envelope, handler, value: handler.decode(message.value) };
  }

  /** Handles one event in its own transaction. Returns false if no handler has its type. */
  async deliver(position: Position, message: KafkaMessage): Promise<boolean> {
    const delivery = this.prepare(position, message);
    if (!delivery) return false;
    const { group } = this;
    const { envelope } = delivery;
    const { name, attributes } = describeSpan('consume', envelope);
    const spanned = () =>
      withSpan(
        name,
        { ...attributes, 'messaging.consumer.group.name': group },
        async () => {
          const seconds = stopwatch();
          const work = this.transact([{ ...delivery, within: (one) => one() }], ALONE);
          await work.finally(() => this.observe(envelope, seconds()));
          this.observeDelay(envelope);
        },
        SpanKind.CONSUMER,
      );
    await withTraceparent(envelope.traceparent, spanned);
    transactionEvents.observe({ group }, 1);
    return true;
  }

  /** Handles several events in one transaction. Each is measured as its share of the time. Never rejects. */
  async deliverTogether(deliveries: readonly Delivery[]): Promise<Together> {
    const { group } = this;
    const progress: Progress = {};
    const seconds = stopwatch();
    const spans = deliveries.map((delivery) => openSpans(delivery.envelope, group));
    const running = deliveries.map((delivery, index) => ({ ...delivery, within: inTraceOf(spans[index]) }));
    try {
      const done = await withBatchSpan(group, spans, () => this.transact(running, TOGETHER, progress));
      for (const span of spans) span.end();
      const share = seconds() / deliveries.length;
      for (const { envelope, within } of running.slice(0, done))
        within(() => {
          this.observe(envelope, share);
          this.observeDelay(envelope);
        });
      transactionEvents.observe({ group }, done);
      return { done };
    } catch (error) {
      for (const span of spans) span.end(error);
      return { error, culprit: progress.running };
    }
  }

  count(position: Position, message: KafkaMessage, outcome: Outcome): void {
    consumerHandled.inc({ group: this.group, type: this.typeOf(position, message), outcome });
  }

  /** For labels: a foreign message may carry any type. */
  typeOf({ topic }: Position, { headers = {} }: KafkaMessage): string {
    const type = headerOf(headers, 'ce_type');
    return type !== undefined && this.byType.has(`${topic} ${type}`) ? type : 'unknown';
  }

  /** The handlers are abandoned within the transaction, so that it ends and its locks are free. */
  private transact(
    deliveries: readonly RunningDelivery[],
    { deadlineMs, lockMs }: Limits,
    progress: Progress = {},
  ): Promise<number> {
    const began = Date.now();
    const deadline = began + deadlineMs;
    const isLate = () => Date.now() - began > ENOUGH_MS;
    const work = (tx: Tx) =>
      abandonWhenLate(deadline, () => handleNew(tx, this.group, deliveries, { progress, isLate }));
    return runInCall({ deadline, lockMs }, () => this.database.tx(work));
  }

  private observe({ type }: Envelope, seconds: number): void {
    handleSeconds.observe({ group: this.group, type }, seconds);
  }

  private observeDelay({ topic, time }: Envelope): void {
    eventDelay.observe({ group: this.group, topic }, (Date.now() - time.getTime()) / 1_000);
  }
}

const inTraceOf =
  (spans: EventSpans | undefined): RunningDelivery['within'] =>
  (work) =>
    withTraceparent(spans?.traceparent, work);

/** Abandons a handler that never ends. Its statements know the deadline, so it can change nothing any more. */
async function abandonWhenLate<R>(deadline: number, work: () => Promise<R>): Promise<R> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new DomainError('DEADLINE_EXCEEDED', 'the handler did not finish before its deadline'));
  const timer = setTimeout(late, deadline + ABANDON_GRACE_MS - Date.now());
  return Promise.race([work(), promise]).finally(() => clearTimeout(timer));
}
