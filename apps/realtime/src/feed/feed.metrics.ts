import type { eventsV1 } from '@halftone/contracts';
import { describeSpan, type Received } from '@halftone/kafka';
import {
  contextOf,
  counter,
  exemplarHistogram,
  gauge,
  isRecorded,
  journeySeconds,
  SpanKind,
  startSpan,
  withTraceparent,
} from '@halftone/service';
import { sources } from '../fanout/splice';

export const duplicates = counter(
  'realtime_duplicates_dropped_total',
  'Feed records whose seq their channel had before',
);

export const resumes = counter(
  'realtime_resumes_total',
  'Subscriptions that came with a cursor, by where the past was found',
  { source: sources },
);

const deliveries = counter('realtime_deliveries_total', 'Events handed to a connection');

export const countDeliveries = (count: number): void => deliveries.inc(count);

const windowEvents = gauge('realtime_window_events', 'Events of the feed that are in memory');

const windowBytes = gauge('realtime_window_bytes', 'Memory they can take at most, counted as REALTIME_WINDOW_BYTES is');

export function reportWindow({ size, bytes }: { size: number; bytes: number }): void {
  windowEvents.set(size);
  windowBytes.set(bytes);
}

const delay = exemplarHistogram(
  'realtime_feed_delay_seconds',
  'From the moment something happened to the writing of its event to all who follow its channel here',
  [],
  journeySeconds,
);

/** One span and one number per event and replica, however many connections it goes to. */
export function delivering(event: Received<eventsV1.FeedEvent>, publish: () => void): void {
  const span = isRecorded(event.traceparent) ? deliverySpan(event) : undefined;
  publish();
  // What was published is written at the end of this turn, by an immediate that is older than this one.
  setImmediate(() => {
    span?.end();
    withTraceparent(event.traceparent, () => delay.observe({}, (Date.now() - event.time.getTime()) / 1_000));
  });
}

function deliverySpan(event: Received<eventsV1.FeedEvent>) {
  const { name, attributes } = describeSpan('deliver', event);
  return startSpan(name, attributes, SpanKind.CONSUMER, contextOf(event.traceparent));
}
