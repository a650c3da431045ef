import { planted } from '@halftone/service';
import { sql } from 'kysely';
import { inboxDuplicates } from './metrics';
import type { AnyTx } from './outbox';

/**
 * True the first time this consumer group meets this event, false ever after. Recorded in the transaction of the effect, so an event
 * that is delivered any number of times takes effect once. A second delivery at the same moment waits for the first to end.
 */
export async function once(tx: AnyTx, { consumer, eventId }: { consumer: string; eventId: string }): Promise<boolean> {
  if (planted('inbox.forgotten')) return true;
  const { rows } = await sql`
    insert into inbox (consumer, event_id) values (${consumer}, ${eventId}) on conflict do nothing returning 1
  `.execute(tx);
  const isNew = rows.length === 1;
  inboxDuplicates.inc({ group: consumer }, isNew ? 0 : 1);
  return isNew;
}
