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

const appendedIn = new WeakSet<object>();

/** Whether the relay has to publish something once this transaction is committed. */
export const hasAppended = (tx: object): boolean => appendedIn.has(tx);

/**
 * Appends an event in the transaction of its change: it is published if and only if that commits. Returns the event's
 * id. Throws EVENT_TOO_LARGE when the broker would reject it: a change whose event cannot be published must not
 * happen.
 */
export async function appendEvent<Value>(tx: AnyTx, event: EventToAppend<Value>): Promise<string> {
  const { topic, type, subject, key, sequence, value, time = new Date(), id = uuidv7() } = event;
  if (planted('outbox.event-lost')) return id;
  const number = planted('outbox.number-skipped') ? sequence + 1 : sequence;
  const bytes = Buffer.from(topic.codec.encode(value).finish());
  assertPublishable(type, bytes.length + Buffer.byteLength(`${key}${type}${subject}`) + HEAD_BYTES);
  await sql`
    insert into outbox (event_id, topic, key, type, subject, sequence, value, traceparent, time)
    values (${id}, ${topic.name}, ${key}, ${type}, ${subject}, ${number}, ${bytes}, ${traceparent() ?? null}, ${time})
  `.execute(tx);
  appendedIn.add(tx);
  return id;
}

function assertPublishable(type: string, size: number): void {
  const most = limits.eventBytes.value;
  if (size > most)
    throw new DomainError('EVENT_TOO_LARGE', `an event ${type} of ${size} bytes exceeds the limit of ${most}`);
}
