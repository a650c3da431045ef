import { counter, gauge, histogram, sampledGauge } from '@halftone/service';
import type { Pool } from 'pg';

export const outboxPublished = counter('outbox_published_total', 'Outbox rows published and deleted', [
  'schema',
  'topic',
]);

export const outboxAge = gauge(
  'outbox_age_seconds',
  'Age of the oldest unpublished row at the latest poll of the active relay; 0 when there was none',
  ['schema'],
);

export const outboxPending = gauge('outbox_pending', 'Unpublished rows at the latest poll of the active relay', [
  'schema',
]);

export const relayActive = gauge('outbox_relay_active', '1 if the relay of this process is the active one, else 0', [
  'schema',
]);

export const inboxDuplicates = counter(
  'inbox_duplicates_total',
  'Events dropped because they had already taken effect',
  ['group'],
);

export const replays = counter(
  'idempotent_replays_total',
  'Requests answered with the stored response of an earlier one',
  ['route', 'source'],
);

export const conflicts = counter('idempotency_conflicts_total', 'Requests refused because of their key', {
  reason: ['mismatch', 'running'],
});

export const reapedRows = counter('reaped_rows_total', 'Rows deleted because their retention time was over', {
  table: ['idempotency', 'inbox', 'parked_event'],
});

export const transactionSeconds = histogram(
  'db_transaction_duration_seconds',
  'Time from waiting for a connection to the end of the transaction; each attempt counts',
  ['outcome'],
);

export const measureTransactions = (database: { waitingTransactions: number }): void =>
  sampledGauge('db_transactions_waiting', 'Transactions that wait in the queue, without a connection', [], (gauge) =>
    gauge.set(database.waitingTransactions),
  );

/** `waiting` counts callers; the other two states count connections. */
export const measurePool = (pool: Pool): void =>
  sampledGauge(
    'db_pool_connections',
    'Connections of the pool by state, and callers that wait for one',
    ['state'],
    (gauge) => {
      gauge.set({ state: 'idle' }, pool.idleCount);
      gauge.set({ state: 'busy' }, pool.totalCount - pool.idleCount);
      gauge.set({ state: 'waiting' }, pool.waitingCount);
    },
  );
