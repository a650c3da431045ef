import type { Migration } from './migrations';

/**
 * Events that a consumer group has set aside because their handler failed, and those of the same key behind them; see the kafka lib.
 * `record_time` belongs to the identity: a topic that was made anew counts its offsets from 0 again. `dead` rows are the memory that an
 * event went to the dead letters; what was in them is there.
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
