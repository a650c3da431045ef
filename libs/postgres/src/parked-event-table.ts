import type { Migration } from './migration';

/**
 * The retry queue of a consumer group: events whose handler failed, and the events of the same key behind them; see
 * the kafka lib. `record_time` is part of the identity, because a recreated topic counts its offsets from 0 again.
 * State `dying` means that the dead letter is being written. A `dead` row only records that the event is in the
 * dead-letter topic.
 */
export const parkedEventTable: Migration = {
  id: '0000-platform-parked-event',
  up: `
    create table parked_event (
      id bigint generated always as identity primary key,
      consumer text not null,
      topic text not null,
      partition int not null,
      "offset" bigint not null,
      record_time bigint not null,
      key bytea,
      headers text not null,
      value bytea,
      event_id text,
      state text not null check (state in ('waiting', 'dying', 'dead')),
      attempts int not null,
      fence bigint not null default 0,
      next_try_at timestamptz not null,
      reason text,
      error text,
      parked_at timestamptz not null default now(),
      unique (consumer, topic, partition, "offset", record_time)
    );
    create index parked_event_by_key on parked_event (consumer, topic, partition, key, id) where state <> 'dead';
  `,
};

/** For the worker's query for due events, ten times a second. */
export const parkedEventDue: Migration = {
  id: '0000-platform-parked-event-due',
  up: `
    create index parked_event_due on parked_event (consumer, next_try_at) where state <> 'dead';
    create index parked_event_dead on parked_event (consumer, parked_at) where state = 'dead';
  `,
};

/** For the reaper: expired tombstones of all consumers. */
export const parkedTombstoneIndex: Migration = {
  id: '0000-platform-parked-tombstone',
  up: `
    drop index parked_event_dead;
    create index parked_event_tombstone on parked_event (parked_at) where state = 'dead';
  `,
};
