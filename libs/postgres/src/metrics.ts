import { counter, gauge } from '@halftone/service';

export const outboxPublished = counter('outbox_published_total', 'Outbox rows published and deleted', [
  'schema',
  'topic',
]);

export const outboxAge = gauge(
  'outbox_age_seconds',
  'Age of the oldest unpublished row the active relay sees; 0 when there is none',
  ['schema'],
);

export const relayActive = gauge(
  'outbox_relay_active',
  '1 if the relay of this process is the one that publishes, else 0',
  ['schema'],
);
