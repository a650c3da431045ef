import { counter, exemplarHistogram, gauge, endToEndBuckets, histogram } from '@halftone/service';

export const consumerHandled = counter(
  'consumer_handled_total',
  'Deliveries by outcome: done, retried, parked or dead',
  ['group', 'type', 'outcome'],
);

export const handleSeconds = exemplarHistogram(
  'consumer_handle_duration_seconds',
  'Time of the transaction that handled an event; of events in one transaction, the time divided by their number',
  ['group', 'type'],
);

export const transactionEvents = histogram(
  'consumer_transaction_events',
  'Events that one transaction handled',
  ['group'],
  [1, 2, 5, 10, 20, 50, 100],
);

export const splitTransactions = counter(
  'consumer_transactions_split_total',
  'Transactions of several events that were rolled back and tried again with fewer',
  ['group'],
);

export const eventDelay = exemplarHistogram(
  'event_delay_seconds',
  'Time from the event to the end of its handling in this group',
  ['group', 'topic'],
  endToEndBuckets,
);

export const deadLettersPublished = counter('dead_letters_total', 'Events sent to the dead letters', ['group']);

export const consumerLag = gauge('consumer_lag', 'Messages behind the end of the partition, as of the latest fetch', [
  'group',
  'topic',
  'partition',
]);

export const parkedEvents = gauge(
  'parked_events',
  'Events in the retry queue: those whose handler failed, and those of the same keys behind them',
  ['group'],
);

export const parkedAge = gauge('parked_age_seconds', 'How long the oldest event in the retry queue has waited', [
  'group',
]);

export const deadLettersOpen = gauge('dead_letters_open', 'Dead letters that are neither replayed nor dropped', [
  'group',
]);

export const deadLettersOldest = gauge(
  'dead_letters_oldest_open_timestamp_seconds',
  'Unix time of the oldest open dead letter; 0 when none is open',
  ['group'],
);

export const consumerLosses = counter('consumer_losses_total', 'Consumers that were lost and replaced', ['group']);
