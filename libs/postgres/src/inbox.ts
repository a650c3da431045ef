import { planted } from '@halftone/service';
import { sql } from 'kysely';
import { inboxDuplicates } from './metrics';
import type { AnyTx } from './outbox';

/**
 * Returns true the first time this consumer group sees this event, and false after that. It is recorded in the
 * transaction of the effect, so an event takes effect once however often it is delivered. A concurrent delivery waits
 * for the first one to end.
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
