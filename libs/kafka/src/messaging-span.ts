import type { OutboxRow } from '@halftone/postgres';
import { contextOf, failSpan, isRecorded, SpanKind, startSpan, traceparentOf } from '@halftone/service';

/** An event as its span describes it. https://opentelemetry.io/docs/specs/semconv/messaging/kafka/ */
export interface SpannedEvent {
  topic: string;
  type: string;
  id: string;
}

/** The name says the topic, because the semantic conventions want it so; the event's type stands beside it. */
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
 * Publishes inside one span per row, each a child of what wrote the row, and the parent of what consumes it. Rows of traces that
 * nobody records go as they are.
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
