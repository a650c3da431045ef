import type { Database } from '@halftone/postgres';
import type { KafkaMessage } from 'kafkajs';
import { sql } from 'kysely';
import { headerOf } from './event-message';
import { delayAfter, reasonOf } from './failure';
import { fromStored, type StoredMessage, toStored } from './stored-message';

export interface Position {
  topic: string;
  partition: number;
}

/** `waiting`: its handler is tried again. `dying`: it goes to the dead letters. */
export interface ParkedEvent {
  id: number;
  position: Position;
  message: KafkaMessage;
  state: 'waiting' | 'dying';
  /** How often its handler was called, this time included. */
  attempts: number;
  /** Of the claim that handed it out; what another claim has overtaken changes nothing any more. */
  fence: number;
  reason: string;
  error: string;
}

/** What is set aside in one partition, as its owner found it. */
export interface Lane {
  /** Keys whose events go to the rows until none is left there. */
  keys: Set<string>;
  /** Events at or behind the owner's position that are in the rows already. */
  known: ReadonlySet<string>;
}

/**
 * Longer than a handler may run (10 s) plus the time after which the server ends a transaction whose client fell silent (10 s): when a
 * claim has run out, nothing that was begun under it can be committed any more.
 */
const CLAIM_MS = 25_000;
const TOMBSTONE_DAYS = 14;

/** A key is bytes to Kafka. No key is a key of its own. */
export const keyOf = ({ key }: KafkaMessage): string => key?.toString('base64') ?? 'none';
const identityOf = ({ offset, timestamp }: KafkaMessage): string => `${offset} ${timestamp}`;
export const isKnown = ({ known }: Lane, message: KafkaMessage): boolean => known.has(identityOf(message));

/**
 * The rows of events that a consumer group has set aside. An event is in them before its offset is committed, once however often it is
 * delivered; the events of one key leave in the order in which they came. Only the owner of a partition adds rows, any replica works on them.
 */
export class Parking {
  constructor(
    private readonly database: Pick<Database, 'rows'>,
    private readonly group: string,
  ) {}

  /** Must be asked after the group has answered the join: from then on no earlier owner can commit an offset. */
  async laneOf({ topic, partition }: Position, from: string): Promise<Lane> {
    const { rows } = await sql<{ offset: string; timestamp: string; key: Buffer | null; state: string }>`
      select "offset"::text, record_time::text as timestamp, key, state from parked_event
      where consumer = ${this.group} and topic = ${topic} and partition = ${partition}
        and (state <> 'dead' or "offset" >= ${from}::bigint)
    `.execute(this.database.rows);
    const waiting = rows.filter(({ state }) => state !== 'dead');
    return {
      keys: new Set(waiting.map((row) => keyOf(row as unknown as KafkaMessage))),
      known: new Set(rows.map((row) => identityOf(row as unknown as KafkaMessage))),
    };
  }

  /** The handler failed once. */
  async setAside(position: Position, message: KafkaMessage, error: unknown, dead: boolean): Promise<void> {
    const { reason, text } = reasonOf(error);
    const { topic, partition } = position;
    const { offset, record_time, key, headers, value } = toStored(message);
    await sql`
      insert into parked_event (consumer, topic, partition, "offset", record_time, key, headers, value, event_id, state, attempts,
                                next_try_at, reason, error)
      values (${this.group}, ${topic}, ${partition}, ${offset}, ${record_time}, ${key}, ${headers}, ${value}, ${eventIdOf(message)},
              ${dead ? 'dying' : 'waiting'}, 1, now() + ${dead ? 0 : delayAfter(1)} * interval '1 millisecond', ${reason}, ${text})
      on conflict do nothing
    `.execute(this.database.rows);
  }

  /** False if no event of its key is left, so that it may be handled now. */
  async queueBehind({ topic, partition }: Position, message: KafkaMessage): Promise<boolean> {
    const { offset, record_time, key, headers, value } = toStored(message);
    const { rows } = await sql`
      insert into parked_event (consumer, topic, partition, "offset", record_time, key, headers, value, event_id, state, attempts, next_try_at)
      select ${this.group}, ${topic}, ${partition}::int, ${offset}::bigint, ${record_time}::bigint, ${key}::bytea, ${headers}, ${value}::bytea,
             ${eventIdOf(message)}, 'waiting', 0, now()
      where exists (
        select 1 from parked_event
        where consumer = ${this.group} and topic = ${topic} and partition = ${partition} and state <> 'dead'
          and key is not distinct from ${key}::bytea
      )
      on conflict (consumer, topic, partition, "offset", record_time) do update set consumer = excluded.consumer
      returning 1
    `.execute(this.database.rows);
    return rows.length > 0;
  }

  /** The first events of their keys that are due, at most `limit`; nobody else gets them until the claim runs out. */
  async claim(limit: number): Promise<ParkedEvent[]> {
    const { rows } = await sql<ClaimedRow>`
      with due as (
        select id from parked_event candidate
        where consumer = ${this.group} and state <> 'dead' and next_try_at <= now() and not exists (
          select 1 from parked_event earlier
          where earlier.consumer = candidate.consumer and earlier.topic = candidate.topic and earlier.partition = candidate.partition
            and earlier.key is not distinct from candidate.key and earlier.state <> 'dead' and earlier.id < candidate.id
        )
        order by next_try_at limit ${limit}
        for update skip locked
      )
      update parked_event set
        fence = fence + 1,
        attempts = attempts + case state when 'waiting' then 1 else 0 end,
        next_try_at = now() + ${CLAIM_MS} * interval '1 millisecond'
      from due where parked_event.id = due.id
      returning parked_event.id, topic, partition, "offset"::text, record_time::text, key, headers, value, state, attempts, fence,
                coalesce(reason, '') as reason, coalesce(error, '') as error
    `.execute(this.database.rows);
    return rows.map(claimed);
  }

  /** Its effect is committed. */
  async settle({ id }: ParkedEvent): Promise<void> {
    await sql`delete from parked_event where id = ${id}`.execute(this.database.rows);
  }

  async postpone({ id, attempts, fence }: ParkedEvent, error: unknown): Promise<void> {
    const { reason, text } = reasonOf(error);
    await sql`
      update parked_event set next_try_at = now() + ${delayAfter(attempts)} * interval '1 millisecond', reason = ${reason}, error = ${text}
      where id = ${id} and fence = ${fence}
    `.execute(this.database.rows);
  }

  /** Nothing was decided about it. */
  async release({ id, attempts, fence }: ParkedEvent): Promise<void> {
    await sql`
      update parked_event set next_try_at = now() + ${delayAfter(attempts)} * interval '1 millisecond' where id = ${id} and fence = ${fence}
    `.execute(this.database.rows);
  }

  /** From here on its handler is never called again. */
  async giveUp({ id, fence }: ParkedEvent, error: unknown): Promise<void> {
    const { reason, text } = reasonOf(error);
    await sql`
      update parked_event set state = 'dying', next_try_at = now(), reason = ${reason}, error = ${text}
      where id = ${id} and fence = ${fence}
    `.execute(this.database.rows);
  }

  /** The broker has the letter; the events behind it may pass. */
  async bury({ id }: ParkedEvent): Promise<void> {
    await sql`
      update parked_event set state = 'dead', headers = '{}', value = null where id = ${id} and state = 'dying'
    `.execute(this.database.rows);
  }

  async pile(): Promise<{ events: number; ageSeconds: number }> {
    const { rows } = await sql<{ events: number; age: number }>`
      select count(*)::int as events, coalesce(extract(epoch from now() - min(parked_at)), 0)::float8 as age
      from parked_event where consumer = ${this.group} and state <> 'dead'
    `.execute(this.database.rows);
    return { events: rows[0]?.events ?? 0, ageSeconds: rows[0]?.age ?? 0 };
  }

  async forgetOldTombstones(): Promise<void> {
    await sql`
      delete from parked_event where consumer = ${this.group} and state = 'dead' and parked_at < now() - ${TOMBSTONE_DAYS} * interval '1 day'
    `.execute(this.database.rows);
  }
}

type ClaimedRow = Omit<ParkedEvent, 'position' | 'message'> & Position & StoredMessage;

const claimed = ({
  id,
  topic,
  partition,
  state,
  attempts,
  fence,
  reason,
  error,
  ...stored
}: ClaimedRow): ParkedEvent => ({
  id,
  position: { topic, partition },
  message: fromStored(stored),
  state,
  attempts,
  fence,
  reason,
  error,
});

const eventIdOf = ({ headers = {} }: KafkaMessage): string | null =>
  headerOf(headers, 'ce_id')?.replaceAll('\0', '') ?? null;
