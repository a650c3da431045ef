import { DomainError } from '@halftone/kernel';
import { runInCall, SpanKind, stopwatch, withSpan, withTraceparent } from '@halftone/service';
import type { KafkaMessage } from 'kafkajs';
import type { EventHandler } from './event-handler';
import { type Envelope, envelopeOf, headerOf } from './event-message';
import { describeSpan } from './messaging-span';
import { consumerHandled, eventDelay, handleSeconds } from './metrics';
import type { Position } from './parked-event';

/** The deadline of each handler call. Without it a hanging peer would block everything behind the event. */
const HANDLER_MS = 10_000;
/** The longest wait for a lock, because all keys of the partition wait behind this event. */
const LOCK_MS = 1_000;
/** Grace period before a handler that ignores its deadline is abandoned. */
const ABANDON_GRACE_MS = 500;

const outcomes = ['done', 'retried', 'parked', 'dead'] as const;
type Outcome = (typeof outcomes)[number];

/** Passes an event to the handlers of its type, from the topic or from the retry queue. */
export class EventDelivery {
  private readonly byType: Map<string, EventHandler[]>;

  constructor(
    private readonly group: string,
    handlers: readonly EventHandler[],
  ) {
    this.byType = Map.groupBy(handlers, (handler) => `${handler.topic} ${handler.type}`);
    for (const { type } of handlers) for (const outcome of outcomes) consumerHandled.inc({ group, type, outcome }, 0);
  }

  /** Returns false if no handler has this type. */
  async deliver({ topic, partition }: Position, message: KafkaMessage): Promise<boolean> {
    const envelope = envelopeOf(topic, partition, message);
    const handlers = this.byType.get(`${topic} ${envelope.type}`) ?? [];
    for (const handler of handlers) await this.run(envelope, handler.prepare(envelope, message.value));
    return handlers.length > 0;
  }

  count(position: Position, message: KafkaMessage, outcome: Outcome): void {
    consumerHandled.inc({ group: this.group, type: this.typeOf(position, message), outcome });
  }

  /** For labels: a foreign message may carry any type. */
  typeOf({ topic }: Position, { headers = {} }: KafkaMessage): string {
    const type = headerOf(headers, 'ce_type');
    return type !== undefined && this.byType.has(`${topic} ${type}`) ? type : 'unknown';
  }

  private run(envelope: Envelope, work: () => Promise<void>): Promise<void> {
    const { group } = this;
    const { name, attributes } = describeSpan('consume', envelope);
    const measured = async () => {
      const seconds = stopwatch();
      await abandonWhenLate(work).finally(() => handleSeconds.observe({ group, type: envelope.type }, seconds()));
      eventDelay.observe({ group, topic: envelope.topic }, (Date.now() - envelope.time.getTime()) / 1_000);
    };
    return runInCall({ deadline: Date.now() + HANDLER_MS, lockMs: LOCK_MS }, () =>
      withTraceparent(envelope.traceparent, () =>
        withSpan(name, { ...attributes, 'messaging.consumer.group.name': group }, measured, SpanKind.CONSUMER),
      ),
    );
  }
}

/** Abandons a handler that never ends. Its transactions know the deadline, so it can change nothing any more. */
async function abandonWhenLate(work: () => Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new DomainError('DEADLINE_EXCEEDED', `the handler did not finish within ${HANDLER_MS} ms`));
  const timer = setTimeout(late, HANDLER_MS + ABANDON_GRACE_MS);
  await Promise.race([work(), promise]).finally(() => clearTimeout(timer));
}
