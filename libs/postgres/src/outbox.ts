import { limits, type Topic } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { planted, traceparent } from '@halftone/service';
import { sql, type Transaction } from 'kysely';

/** Any transaction: the platform's statements do not need the service's table types. */
export type AnyTx = Pick<Transaction<never>, 'isTransaction' | 'getExecutor'>;

interface EventToAppend<Value> {
  topic: Topic<Value>;
  /** `order.placed` */
  type: string;
  /** `orders/ID` */
  subject: string;
  /** Events with the same key keep their order. It is the customer; on the feed it is the channel. */
  key: string;
  /** Version of the aggregate, 1..n. */
  sequence: number;
  value: Value;
  time?: Date;
  id?: string;
}

/** A row as the relay reads and publishes it. */
export interface OutboxRow {
  id: number;
  eventId: string;
  topic: string;
  key: string;
  type: string;
  subject: string;
  sequence: number;
  value: Buffer;
  traceparent: string | null;
  time: Date;
}

/** The size of a record without value, key and texts: header names, id, time and trace. */
const HEAD_BYTES = 512;

type NewRow = Omit<OutboxRow, 'id'>;

/** The events of each running transaction. */
const buffers = new WeakMap<object, NewRow[]>();

/** From now on the transaction accepts events. */
export const bufferEvents = (tx: object): void => void buffers.set(tx, []);

/**
 * Appends an event in the transaction of its change: it is published if and only if that commits. Returns the event's
 * id. Throws EVENT_TOO_LARGE when the broker would reject it: a change whose event cannot be published must not
 * happen. The rows of a transaction are inserted in order, by one statement, just before its commit.
 */
export async function appendEvent<Value>(tx: AnyTx, event: EventToAppend<Value>): Promise<string> {
  const { topic, type, subject, key, value, time = new Date(), id = uuidv7() } = event;
  if (planted('outbox.event-lost')) return id;
  const sequence = planted('outbox.number-skipped') ? event.sequence + 1 : event.sequence;
  const bytes = Buffer.from(topic.codec.encode(value).finish());
  assertPublishable(type, bytes.length + Buffer.byteLength(`${key}${type}${subject}`) + HEAD_BYTES);
  const parent = traceparent() ?? null;
  const row = { eventId: id, topic: topic.name, key, type, subject, sequence, value: bytes, traceparent: parent, time };
  bufferOf(tx).push(row);
  return id;
}

/** Inserts the rows of the transaction. Returns whether there were any, which the relay then has to publish. */
export async function insertBuffered(tx: AnyTx): Promise<boolean> {
  const rows = bufferOf(tx).splice(0);
  if (rows.length === 0) return false;
  const column = <K extends keyof NewRow>(name: K) => rows.map((row) => row[name]);
  await sql`
    insert into outbox (event_id, topic, key, type, subject, sequence, value, traceparent, time)
    select event_id, topic, key, type, subject, sequence, value, traceparent, time
    from unnest(${column('eventId')}::uuid[], ${column('topic')}::text[], ${column('key')}::text[], ${column('type')}::text[],
      ${column('subject')}::text[], ${column('sequence')}::int[], ${column('value')}::bytea[], ${column('traceparent')}::text[],
      ${column('time')}::timestamptz[])
      with ordinality as appended (event_id, topic, key, type, subject, sequence, value, traceparent, time, position)
    order by position
  `.execute(tx);
  return true;
}

function bufferOf(tx: object): NewRow[] {
  const buffer = buffers.get(tx);
  if (!buffer) throw new Error('events can be appended only in a transaction of Database.tx');
  return buffer;
}

function assertPublishable(type: string, size: number): void {
  const most = limits.eventBytes.value;
  if (size > most)
    throw new DomainError('EVENT_TOO_LARGE', `an event ${type} of ${size} bytes exceeds the limit of ${most}`);
}
