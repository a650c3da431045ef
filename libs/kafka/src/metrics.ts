import { counter, exemplarHistogram, gauge, journeySeconds } from '@halftone/service';

export const consumerHandled = counter(
  'consumer_handled_total',
  'Deliveries by what became of them: done, retried, parked or dead',
  ['group', 'type', 'outcome'],
);

export const handleSeconds = exemplarHistogram('consumer_handle_seconds', 'Time a handler took for an event', [
  'group',
  'type',
]);

export const eventDelay = exemplarHistogram(
  'event_delay_seconds',
  'From the moment something happened to the end of its handling here',
  ['group', 'topic'],
  journeySeconds,
);

export const deadLettersPut = counter('dead_letters_total', 'Events put to the dead letters', ['group']);

export const consumerLag = gauge('consumer_lag', 'Messages behind the end of the partition, as of the latest fetch', [
  'group',
  'topic',
  'partition',
]);

export const parkedEvents = gauge(
  'parked_events',
  'Events that were set aside because their handler failed, and those of the same keys',
  ['group'],
);

export const parkedAge = gauge('parked_age_seconds', 'How long the oldest parked event has waited', ['group']);

export const deadLettersOpen = gauge('dead_letters_open', 'Dead letters that nobody has replayed or dropped', [
  'group',
]);

export const consumerLosses = counter('consumer_losses_total', 'Consumers that were lost and replaced by a fresh one', [
  'group',
]);
