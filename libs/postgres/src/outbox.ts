import type { Topic } from '@halftone/contracts';
import { uuidv7 } from '@halftone/kernel';
import { planted, traceparent } from '@halftone/service';
import { sql, type Transaction } from 'kysely';

/** Any transaction: the platform's own statements need no knowledge of the service's tables. */
export type AnyTx = Pick<Transaction<never>, 'isTransaction' | 'getExecutor'>;

export interface EventToAppend<Value> {
  topic: Topic<Value>;
  /** `order.placed` */
  type: string;
  /** `orders/ID` */
  subject: string;
  /** Events with the same key keep their order: the customer, on the feed the channel. */
  key: string;
  /** Version of the aggregate, 1..n. */
  sequence: number;
  value: Value;
  time?: Date;
  id?: string;
}

/** What the relay reads and publishes. */
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

const appendedIn = new WeakSet<object>();

/** Whether the relay has something to do once this transaction is committed. */
export const hasAppended = (tx: object): boolean => appendedIn.has(tx);

/**
 * Says that something happened, in the transaction that made it happen: the event is published if and only if that commits.
 * Returns the event's id.
 */
export async function appendEvent<Value>(tx: AnyTx, event: EventToAppend<Value>): Promise<string> {
  const { topic, type, subject, key, sequence, value, time = new Date(), id = uuidv7() } = event;
  if (planted('outbox.event-lost')) return id;
  const number = planted('outbox.number-skipped') ? sequence + 1 : sequence;
  const bytes = Buffer.from(topic.codec.encode(value).finish());
  await sql`
    insert into outbox (event_id, topic, key, type, subject, sequence, value, traceparent, time)
    values (${id}, ${topic.name}, ${key}, ${type}, ${subject}, ${number}, ${bytes}, ${traceparent() ?? null}, ${time})
  `.execute(tx);
  appendedIn.add(tx);
  return id;
}
