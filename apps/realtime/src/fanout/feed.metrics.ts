import type { eventsV1 } from '@halftone/contracts';
import { describeSpan, type Received } from '@halftone/kafka';
import {
  contextOf,
  counter,
  exemplarHistogram,
  gauge,
  isRecorded,
  endToEndBuckets,
  SpanKind,
  startSpan,
  withTraceparent,
} from '@halftone/service';
import { sources } from './catch-up';

export const duplicates = counter(
  'realtime_duplicates_dropped_total',
  'Feed records with a seq that their channel had before',
);

export const resumes = counter(
  'realtime_resumes_total',
  'Subscriptions with a cursor, by the source of their past events',
  { source: sources },
);

const deliveries = counter('realtime_deliveries_total', 'Events delivered to connections');

export const countDeliveries = (count: number): void => deliveries.inc(count);

const windowEvents = gauge('realtime_window_events', 'Events of the feed in memory');

const windowBytes = gauge(
  'realtime_window_bytes',
  'Maximum memory of these events, counted like REALTIME_WINDOW_BYTES',
);

export function reportWindow({ size, bytes }: { size: number; bytes: number }): void {
  windowEvents.set(size);
  windowBytes.set(bytes);
}

const delay = exemplarHistogram(
  'realtime_feed_delay_seconds',
  'Time from an event to the writing of it to all subscriptions of its channel',
  [],
  endToEndBuckets,
);

/** Records one span and one delay per event and replica, for any number of connections. */
export function delivering(event: Received<eventsV1.FeedEvent>, publish: () => void): void {
  const span = isRecorded(event.traceparent) ? deliverySpan(event) : undefined;
  publish();
  // The event is written at the end of this turn, by an immediate that runs before this one.
  setImmediate(() => {
    span?.end();
    withTraceparent(event.traceparent, () => delay.observe({}, (Date.now() - event.time.getTime()) / 1_000));
  });
}

function deliverySpan(event: Received<eventsV1.FeedEvent>) {
  const { name, attributes } = describeSpan('deliver', event);
  return startSpan(name, attributes, SpanKind.CONSUMER, contextOf(event.traceparent));
}
