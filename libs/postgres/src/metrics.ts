import { counter, gauge, histogram, sampledGauge } from '@halftone/service';
import type { Pool } from 'pg';

export const outboxPublished = counter('outbox_published_total', 'Outbox rows published and deleted', [
  'schema',
  'topic',
]);

export const outboxAge = gauge(
  'outbox_age_seconds',
  'Age of the oldest row that was not published at the latest look of the active relay; 0 when there was none',
  ['schema'],
);

export const outboxPending = gauge('outbox_pending', 'Rows that wait to be published, as the active relay sees it', [
  'schema',
]);

export const relayActive = gauge(
  'outbox_relay_active',
  '1 if the relay of this process is the one that publishes, else 0',
  ['schema'],
);

export const inboxDuplicates = counter('inbox_duplicates_total', 'Events that had taken effect before', ['group']);

export const replays = counter(
  'idempotent_replays_total',
  'Requests answered with the stored answer of an earlier one',
  ['route', 'source'],
);

export const conflicts = counter('idempotency_conflicts_total', 'Requests refused because of their key', {
  reason: ['mismatch', 'running'],
});

export const reaped = counter('reaped_rows_total', 'Rows deleted because their time was over', {
  table: ['idempotency', 'inbox'],
});

export const transactionSeconds = histogram(
  'db_transaction_seconds',
  'Time from the wait for a connection to the end of the transaction; one that is tried again counts each time',
  ['outcome'],
);

/** `waiting` counts callers, the other two connections. */
export const measurePool = (pool: Pool): void =>
  sampledGauge('db_pool_connections', 'Connections of the pool, and who waits for one', ['state'], (gauge) => {
    gauge.set({ state: 'idle' }, pool.idleCount);
    gauge.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
    gauge.set({ state: 'waiting' }, pool.waitingCount);
  });
