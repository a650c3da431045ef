/** Notifications: a batch of events is one statement, which numbers them per channel without gaps. */
import type { Client } from 'pg';
import { columnsOf, rowsOf, type Statement } from './database.ts';
import { channelOf, type Event, parseEvents, topics } from './event.ts';
import { newId } from './id.ts';
import type { Relay } from './relay.ts';

/** Channels are locked in the order of their names, so that two processes do not deadlock. */
const notify: Statement = {
  name: 'notify',
  text: `
    with event as (
      select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[])
        with ordinality as e(event_id, id, channel, type, subject, data, position)),
    fresh as (
      insert into inbox (consumer, event_id) select 'notifications', event_id from event
      on conflict do nothing returning event_id),
    wanted as (
      select event.*, row_number() over (partition by channel order by position) as n from event join fresh using (event_id)),
    counted as (
      insert into channel as c (name, last_seq)
      select channel, count(*) from wanted group by channel order by channel
      on conflict (name) do update set last_seq = c.last_seq + excluded.last_seq returning name, last_seq),
    numbered as (
      select wanted.*, last_seq - count(*) over (partition by channel) + n as seq
      from wanted join counted on name = channel),
    stored as (
      insert into notification (id, channel, seq, type, subject, data, source_event_id)
      select id, channel, seq, type, subject, data::jsonb, event_id from numbered),
    newest as (
      insert into latest (channel, subject, seq)
      select channel, subject, max(seq) from numbered group by channel, subject
      on conflict (channel, subject) do update set seq = excluded.seq),
    feed as (
      insert into outbox (event_id, topic, key, type, subject, sequence, value)
      select id, '${topics.feed}', channel, type, subject, seq, data from numbered order by position)
    select count(*) from fresh`,
};

/** What customers see of it. */
function publicData({ data }: Event) {
  if ('order' in data) {
    const { id, status, total, currency, version } = data.order;
    return { order: { id, status, total, currency, version } };
  }
  const { id, orderId, status, amount, currency } = data.payment;
  return { payment: { id, orderId, status, amount, currency } };
}

const rowOf = (event: Event) => {
  const { id, key, type, subject } = event;
  return [id, newId(), channelOf(key), type, subject, JSON.stringify(publicData(event))];
};

/** Stores the notifications of a batch of events. */
export const notifier =
  (database: Client, relay: Relay) =>
  async (values: readonly Buffer[]): Promise<void> => {
    const once = new Map(parseEvents(values).map((event) => [event.id, event]));
    await rowsOf(database, notify, columnsOf([...once.values()].map(rowOf), 6));
    relay.wake();
  };
