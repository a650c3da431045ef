import { DomainError } from '@halftone/kernel';
import { runInCall, SpanKind, stopwatch, withSpan, withTraceparent } from '@halftone/service';
import type { KafkaMessage } from 'kafkajs';
import type { EventHandler } from './event-handler';
import { type Envelope, envelopeOf, headerOf } from './event-message';
import { describeSpan } from './messaging-span';
import { consumerHandled, eventDelay, handleSeconds } from './metrics';
import type { Position } from './parking';

/** The deadline of each handler's call: without one, a peer that hangs would hold up everything behind it for ever. */
const HANDLER_MS = 10_000;
/** What waits for nothing that knows the deadline is left behind so much later. */
const HANGING_MS = 500;

const outcomes = ['done', 'retried', 'parked', 'dead'] as const;
type Outcome = (typeof outcomes)[number];

/** Hands an event to the handlers of its type, whether it comes from the topic or was parked. */
export class EventDelivery {
  private readonly byType: Map<string, EventHandler[]>;

  constructor(
    private readonly group: string,
    handlers: readonly EventHandler[],
  ) {
    this.byType = Map.groupBy(handlers, (handler) => `${handler.topic} ${handler.type}`);
    for (const { type } of handlers) for (const outcome of outcomes) consumerHandled.inc({ group, type, outcome }, 0);
  }

  /** False if nobody here handles this type. */
  async deliver({ topic, partition }: Position, message: KafkaMessage): Promise<boolean> {
    const envelope = envelopeOf(topic, partition, message);
    const handlers = this.byType.get(`${topic} ${envelope.type}`) ?? [];
    for (const handler of handlers) await this.run(envelope, handler.prepare(envelope, message.value));
    return handlers.length > 0;
  }

  count(position: Position, message: KafkaMessage, outcome: Outcome): void {
    consumerHandled.inc({ group: this.group, type: this.typeOf(position, message), outcome });
  }

  /** For labels: a message that is not ours may call itself anything. */
  typeOf({ topic }: Position, { headers = {} }: KafkaMessage): string {
    const type = headerOf(headers, 'ce_type');
    return type !== undefined && this.byType.has(`${topic} ${type}`) ? type : 'unknown';
  }

  private run(envelope: Envelope, work: () => Promise<void>): Promise<void> {
    const { group } = this;
    const { name, attributes } = describeSpan('consume', envelope);
    const measured = async () => {
      const seconds = stopwatch();
      await inTime(work).finally(() => handleSeconds.observe({ group, type: envelope.type }, seconds()));
      eventDelay.observe({ group, topic: envelope.topic }, (Date.now() - envelope.time.getTime()) / 1_000);
    };
    return runInCall({ deadline: Date.now() + HANDLER_MS }, () =>
      withTraceparent(envelope.traceparent, () =>
        withSpan(name, { ...attributes, 'messaging.consumer.group.name': group }, measured, SpanKind.CONSUMER),
      ),
    );
  }
}

/** A handler that never comes back is left behind. Its transactions know the deadline, so it changes nothing any more. */
async function inTime(work: () => Promise<void>): Promise<void> {
  const { promise, reject } = Promise.withResolvers<never>();
  const late = () => reject(new DomainError('DEADLINE_EXCEEDED', `the handler did not end within ${HANDLER_MS} ms`));
  const timer = setTimeout(late, HANDLER_MS + HANGING_MS);
  await Promise.race([work(), promise]).finally(() => clearTimeout(timer));
}
