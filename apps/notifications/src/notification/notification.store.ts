import { galleryTypes, notifiedTypes, topics } from '@halftone/contracts';
import { afterCommit, appendEvent, Database, type Tx } from '@halftone/postgres';
import { counter } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { NotificationsTables } from '../tables';
import { type Notification, type Selection, type Snapshot } from './notification';

const written = counter('notifications_written_total', 'Notifications stored', {
  type: [...Object.values(notifiedTypes).flat(), ...galleryTypes],
});

/** The notification log of each channel. */
@Injectable()
export class NotificationStore {
  constructor(private readonly db: Database<NotificationsTables>) {}

  /**
   * The next sequence number of the channel. Locks the channel until the transaction ends, so numbers are assigned,
   * committed and enqueued in the outbox in the same order, and a rollback leaves no gap.
   */
  async nextSeq(tx: Tx<NotificationsTables>, channel: string): Promise<number> {
    const { last_seq } = await tx
      .insertInto('channel')
      .values({ name: channel, last_seq: 1 })
      .onConflict((known) => known.column('name').doUpdateSet({ last_seq: sql`channel.last_seq + 1` }))
      .returning('last_seq')
      .executeTakeFirstOrThrow();
    return last_seq;
  }

  /** Inserts the notification and its feed event, with the same id. A gallery notification has no source event. */
  async insert(tx: Tx<NotificationsTables>, notification: Notification, sourceEventId?: string): Promise<void> {
    const { id, channel, seq, type, subject, time } = notification;
    const data = JSON.stringify(notification.data);
    const row = { id, channel, seq, type, subject, time, data, source_event_id: sourceEventId ?? null };
    await tx
      .with('last', (with_) =>
        with_
          .insertInto('latest')
          .values({ channel, subject, seq })
          .onConflict((known) => known.columns(['channel', 'subject']).doUpdateSet({ seq })),
      )
      .insertInto('notification')
      .values(row)
      .execute();
    const value = { id, channel, seq, type, subject, time, data };
    await appendEvent(tx, { topic: topics.feed, id, type, subject, time, key: channel, sequence: seq, value });
    afterCommit(tx, () => written.inc({ type }));
  }

  /** Newest first, at most `limit`, before `before`. */
  list(channel: string, limit: number, before?: number): Promise<Notification[]> {
    const columns = ['id', 'channel', 'seq', 'type', 'subject', 'time', 'data'] as const;
    let query = this.db.rows.selectFrom('notification').select(columns).where('channel', '=', channel);
    if (before !== undefined) query = query.where('seq', '<', before);
    return query.orderBy('seq', 'desc').limit(limit).execute();
  }

  /** One statement, so the snapshot is consistent. */
  async snapshot({ channel, limit, subject, types }: Selection): Promise<Snapshot> {
    const ofSubject = subject === undefined ? sql`true` : sql`latest.subject = ${subject}`;
    const ofTypes = types === undefined ? sql`true` : sql`n.type = any(${[...types]})`;
    const { rows } = await sql<Notification & { last_seq: number; id: string | null }>`
      select channel.last_seq, last.* from channel left join lateral (
        select n.id, n.channel, n.seq, n.type, n.subject, n.time, n.data
        from latest join notification n on n.channel = latest.channel and n.seq = latest.seq
        where latest.channel = channel.name and ${ofSubject} and ${ofTypes}
        order by latest.seq desc limit ${limit}
      ) last on true
      where channel.name = ${channel} order by last.seq desc
    `.execute(this.db.rows);
    return { notifications: rows.filter(({ id }) => id !== null), lastSeq: rows[0]?.last_seq ?? 0 };
  }

  /** Whether the channel has a notification about the subject. */
  async hasSubject(channel: string, subject: string): Promise<boolean> {
    const query = this.db.rows.selectFrom('latest').select('seq').where('channel', '=', channel);
    return (await query.where('subject', '=', subject).executeTakeFirst()) !== undefined;
  }
}
