import type { OutboxRow } from '@halftone/postgres';
import { contextOf, failSpan, isRecorded, SpanKind, startSpan, traceparentOf } from '@halftone/service/tracing';

/** The attributes of an event in its span. https://opentelemetry.io/docs/specs/semconv/messaging/kafka/ */
interface SpannedEvent {
  topic: string;
  type: string;
  id: string;
}

/** The span is named after the topic, as the semantic conventions require; the event type is an attribute. */
export const describeSpan = (operation: 'publish' | 'consume' | 'deliver', { topic, type, id }: SpannedEvent) => ({
  name: `${operation} ${topic}`,
  attributes: {
    'messaging.system': 'kafka',
    'messaging.operation.name': operation,
    'messaging.operation.type': operation === 'publish' ? 'send' : 'process',
    'messaging.destination.name': topic,
    'messaging.message.id': id,
    'cloudevents.event_id': id,
    'cloudevents.event_type': type,
  },
});

/**
 * Publishes inside one span per row. Each span is a child of the span that wrote the row and the parent of its
 * consumers' spans. Rows of unsampled traces are published unchanged.
 */
export async function withPublishSpans(
  rows: readonly OutboxRow[],
  publish: (rows: readonly OutboxRow[]) => Promise<void>,
): Promise<void> {
  const spans = rows.map((row) => publishSpan(row));
  try {
    await publish(
      rows.map((row, at) => ({ ...row, traceparent: traceparentOf(spans[at]?.spanContext()) ?? row.traceparent })),
    );
  } catch (error) {
    for (const span of spans) if (span) failSpan(span, error);
    throw error;
  } finally {
    for (const span of spans) span?.end();
  }
}

function publishSpan({ traceparent, topic, type, eventId: id }: OutboxRow) {
  if (traceparent === null || !isRecorded(traceparent)) return undefined;
  const { name, attributes } = describeSpan('publish', { topic, type, id });
  return startSpan(name, attributes, SpanKind.PRODUCER, contextOf(traceparent));
}
