import { type RawBuilder, sql } from 'kysely';
import type { ParkedEvent, Position } from './parked-event';
import type { StoredMessage } from './stored-message';

export type ClaimedRow = Omit<ParkedEvent, 'position' | 'message'> & Position & StoredMessage;

/**
 * Longer than a handler may run (10 s) plus the time after which the server ends a silent client's transaction (10
 * s). When a claim expires, no work that began under it can commit any more.
 */
const CLAIM_MS = 25_000;
/** The most due events that one claim examines. */
const CANDIDATES = 200;
/**
 * An event behind another of its key becomes due when that one leaves the queue. This fallback is for rows removed by
 * a process of an earlier version, which did not make the next one due.
 */
export const fallbackRetryAt = sql`now() + interval '1 minute'`;

/**
 * The id of the first event of a key in a partition. It sorts by the key and takes the key as a range, because only
 * one index has that order. Otherwise the planner may scan the table and read all dead events before it finds one.
 */
export const firstOfKey = (condition: RawBuilder<boolean>) => sql`
  select earlier.id from parked_event earlier where ${condition} and earlier.state <> 'dead' order by earlier.key, earlier.id limit 1
`;

const samePartition = sql`
  earlier.consumer = candidate.consumer and earlier.topic = candidate.topic and earlier.partition = candidate.partition
`;

/**
 * Claims events that are due and the first of their keys; due events that are not the first are deferred. `is not
 * distinct from` would use no index, so events without a key have their own condition.
 */
export const claimStatement = (group: string, limit: number) =>
  sql<ClaimedRow>`
  with candidate as (
    select * from parked_event
    where consumer = ${group} and state <> 'dead' and next_try_at <= now()
    order by next_try_at limit ${CANDIDATES}
    for update skip locked
  ), checked as (
    select id, next_try_at, id <> case
      when key is null then (${firstOfKey(sql`${samePartition} and earlier.key is null`)})
      else (${firstOfKey(sql`${samePartition} and earlier.key between candidate.key and candidate.key`)})
    end as is_behind
    from candidate
  ), deferred as (
    update parked_event set next_try_at = ${fallbackRetryAt} where id in (select id from checked where is_behind)
  ), due as (
    select id from checked where not is_behind order by next_try_at limit ${limit}
  )
  update parked_event set
    fence = fence + 1,
    attempts = attempts + case state when 'waiting' then 1 else 0 end,
    next_try_at = now() + ${CLAIM_MS} * interval '1 millisecond'
  from due where parked_event.id = due.id
  returning parked_event.id, topic, partition, "offset"::text, record_time::text, key, headers, value, state, attempts, fence,
            coalesce(reason, '') as reason, coalesce(error, '') as error
`;
