import { planted } from '@halftone/service';
import { sql } from 'kysely';
import { inboxDuplicates } from './metrics';
import type { AnyTx } from './outbox';

/**
 * Records events in the inbox of this consumer group and returns the ids of those it sees for the first time. They are
 * recorded in the transaction of their effects, so an event takes effect once however often it is delivered. A
 * concurrent delivery waits for the first one to end; rows are inserted in the order of their ids, so two batches do
 * not deadlock.
 */
export async function recordInInbox(tx: AnyTx, consumer: string, eventIds: readonly string[]): Promise<Set<string>> {
  const ids = eventIds.map((id) => id.toLowerCase());
  if (planted('inbox.forgotten')) return new Set(ids);
  const { rows } = await sql<{ event_id: string }>`
    insert into inbox (consumer, event_id) select ${consumer}, id from unnest(${ids}::uuid[]) as id order by id
    on conflict do nothing returning event_id
  `.execute(tx);
  inboxDuplicates.inc({ group: consumer }, ids.length - rows.length);
  return new Set(rows.map(({ event_id }) => event_id));
}

/** Undoes `recordInInbox` for events that this transaction does not handle after all. */
export async function removeFromInbox(tx: AnyTx, consumer: string, eventIds: readonly string[]): Promise<void> {
  await sql`delete from inbox where consumer = ${consumer} and event_id = any(${[...eventIds]}::uuid[])`.execute(tx);
}
