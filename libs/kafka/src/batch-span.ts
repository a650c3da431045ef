import { contextOf, failSpan, SpanKind, startSpan, traceparentOf, withSpan } from '@halftone/service/tracing';
import type { Envelope } from './event-message';
import { describeSpan } from './messaging-span';

/** The spans of an event that shares its transaction with others. */
export interface EventSpans {
  /** The event's part of the transaction. */
  readonly traceparent: string | undefined;
  end(error?: unknown): void;
}

/** As for an event alone: a consumer span, and a transaction in it. Both last as long as the shared transaction. */
export function openSpans(envelope: Envelope, group: string): EventSpans {
  const { name, attributes } = describeSpan('consume', envelope);
  const consumed = { ...attributes, 'messaging.consumer.group.name': group };
  const consumer = startSpan(name, consumed, SpanKind.CONSUMER, contextOf(envelope.traceparent));
  const parent = contextOf(traceparentOf(consumer.spanContext()));
  const part = startSpan('transaction', { 'db.system.name': 'postgresql' }, SpanKind.CLIENT, parent);
  return {
    traceparent: traceparentOf(part.spanContext()),
    end(error) {
      for (const span of [part, consumer]) {
        if (error !== undefined) failSpan(span, error);
        span.end();
      }
    },
  };
}

/** One span around the transaction itself, linked to the spans of all its events. */
export const withBatchSpan = <R>(group: string, events: readonly EventSpans[], work: () => Promise<R>): Promise<R> =>
  withSpan(
    `consume batch`,
    {
      'messaging.system': 'kafka',
      'messaging.operation.name': 'consume',
      'messaging.operation.type': 'process',
      'messaging.consumer.group.name': group,
      'messaging.batch.message_count': events.length,
    },
    work,
    SpanKind.CONSUMER,
    events.map(({ traceparent }) => traceparent),
  );
