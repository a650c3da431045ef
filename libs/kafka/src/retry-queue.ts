import type { Database } from '@halftone/postgres';
import { runInCall } from '@halftone/service';
import type { KafkaMessage } from 'kafkajs';
import { type RawBuilder, sql } from 'kysely';
import { type ClaimedRow, claimStatement, firstOfKey, fallbackRetryAt } from './claim-statement';
import { headerOf } from './event-message';
import { delayAfter, reasonOf } from './failure';
import type { ParkedEvent, Position } from './parked-event';
import { fromStored, toStored } from './stored-message';

/** The parked events of one partition, as its owner found them. */
export interface PartitionBacklog {
  /** Keys with parked events: further events of these keys join the queue. */
  keys: Set<string>;
  /** Events at or after the owner's position that are already in the queue. */
  known: ReadonlySet<string>;
}

/** A statement about the retry queue fails after this, so that a silent database is not waited for. */
const STATEMENT_MS = 5000;

export const withStatementTimeout = <R>(work: () => Promise<R>): Promise<R> =>
  runInCall({ deadline: Date.now() + STATEMENT_MS }, work);

/** To Kafka a key is bytes. Events without a key share one key. */
export const keyOf = ({ key }: KafkaMessage): string => key?.toString('base64') ?? 'none';
const identityOf = ({ offset, timestamp }: KafkaMessage): string => `${offset} ${timestamp}`;
export const isKnown = ({ known }: PartitionBacklog, message: KafkaMessage): boolean => known.has(identityOf(message));

/**
 * The retry queue of a consumer group: rows in `parked_event` of the service's schema. An event is stored before its
 * offset is committed, once however often it is delivered. The events of one key leave in order of arrival. Only the
 * owner of a partition adds rows; any replica works on them.
 */
export class RetryQueue {
  constructor(
    private readonly database: Pick<Database, 'rows' | 'tx'>,
    private readonly group: string,
  ) {}

  /** Must be called after the group has answered the join: from then on no earlier owner can commit an offset. */
  async backlogOf({ topic, partition }: Position, from: string): Promise<PartitionBacklog> {
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

  /** Adds an event whose handler failed for the first time. */
  async enqueue(position: Position, message: KafkaMessage, error: unknown, dead: boolean): Promise<void> {
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

  /**
   * Adds an event behind the parked events of its key. Returns false if none is left, so that it may be handled now.
   * The lock on a remaining event makes its removal wait and then see this event.
   */
  async enqueueBehind(position: Position, message: KafkaMessage): Promise<boolean> {
    const { topic, partition } = position;
    const { offset, record_time, key, headers, value } = toStored(message);
    const { rows } = await sql`
      with earlier as (${this.firstOf(position, key)} for share)
      insert into parked_event (consumer, topic, partition, "offset", record_time, key, headers, value, event_id, state, attempts, next_try_at)
      select ${this.group}, ${topic}, ${partition}::int, ${offset}::bigint, ${record_time}::bigint, ${key}::bytea, ${headers}, ${value}::bytea,
             ${eventIdOf(message)}, 'waiting', 0, ${fallbackRetryAt}
      from earlier
      on conflict (consumer, topic, partition, "offset", record_time) do update set consumer = excluded.consumer
      returning 1
    `.execute(this.database.rows);
    return rows.length > 0;
  }

  /**
   * Claims at most `limit` due events that are the first of their keys. No other worker gets them until the claim
   * expires.
   */
  async claim(limit: number): Promise<ParkedEvent[]> {
    const { rows } = await claimStatement(this.group, limit).execute(this.database.rows);
    return rows.map(fromRow);
  }

  /** Removes an event whose effect is committed. */
  remove(event: ParkedEvent): Promise<void> {
    return this.finish(event, sql`delete from parked_event where id = ${event.id} returning 1`);
  }

  async reschedule({ id, attempts, fence }: ParkedEvent, error: unknown): Promise<void> {
    const { reason, text } = reasonOf(error);
    await sql`
      update parked_event set next_try_at = now() + ${delayAfter(attempts)} * interval '1 millisecond', reason = ${reason}, error = ${text}
      where id = ${id} and fence = ${fence}
    `.execute(this.database.rows);
  }

  /** Gives the event back without an outcome. */
  async release({ id, attempts, fence }: ParkedEvent): Promise<void> {
    await sql`
      update parked_event set next_try_at = now() + ${delayAfter(attempts)} * interval '1 millisecond' where id = ${id} and fence = ${fence}
    `.execute(this.database.rows);
  }

  /** From now on its handler is never called again. */
  async markDeadLettering({ id, fence }: ParkedEvent, error: unknown): Promise<void> {
    const { reason, text } = reasonOf(error);
    await sql`
      update parked_event set state = 'dying', next_try_at = now(), reason = ${reason}, error = ${text}
      where id = ${id} and fence = ${fence}
    `.execute(this.database.rows);
  }

  /** The broker has the dead letter: the events behind it may continue. */
  markDeadLettered(event: ParkedEvent): Promise<void> {
    return this.finish(
      event,
      sql`
        update parked_event set state = 'dead', headers = '{}', value = null where id = ${event.id} and state = 'dying'
        returning 1
      `,
    );
  }

  async depth(): Promise<{ events: number; ageSeconds: number }> {
    const { rows } = await sql<{ events: number; age: number }>`
      select count(*)::int as events, coalesce(extract(epoch from now() - min(parked_at)), 0)::float8 as age
      from parked_event where consumer = ${this.group} and state <> 'dead'
    `.execute(this.database.rows);
    return { events: rows[0]?.events ?? 0, ageSeconds: rows[0]?.age ?? 0 };
  }

  /**
   * Runs the statement that ends an event, then makes the next event of its key due. A separate statement finds that
   * one: see `enqueueBehind`.
   */
  private finish({ position, message }: ParkedEvent, statement: RawBuilder<unknown>): Promise<void> {
    return this.database.tx(async (tx) => {
      if ((await statement.execute(tx)).rows.length === 0) return;
      const next = this.firstOf(position, message.key);
      await sql`update parked_event set next_try_at = now() where id = (${next}) and fence = 0`.execute(tx);
    });
  }

  private firstOf({ topic, partition }: Position, key: Buffer | null) {
    return firstOfKey(sql`
      earlier.consumer = ${this.group} and earlier.topic = ${topic} and earlier.partition = ${partition}::int
      and ${key === null ? sql`earlier.key is null` : sql`earlier.key between ${key}::bytea and ${key}::bytea`}
    `);
  }
}

const fromRow = ({
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
