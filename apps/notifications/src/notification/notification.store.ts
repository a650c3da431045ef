import { topics } from '@halftone/contracts';
import { afterCommit, appendEvent, Database, type Tx } from '@halftone/postgres';
import { counter } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import type { NotificationsTables } from '../tables';
import { galleryTypes } from '../gallery/gallery';
import { type Notification, type Selection, type Snapshot, told } from './notification';

const written = counter('notifications_written_total', 'Notifications that were stored', {
  type: [...Object.values(told).flat(), ...galleryTypes],
});

/** The log of every channel. */
@Injectable()
export class NotificationStore {
  constructor(private readonly db: Database<NotificationsTables>) {}

  /**
   * The next number of the channel. Locks the channel to the end of the transaction: whoever is next waits for this commit, so
   * numbers are given, committed and put into the outbox in one and the same order, and a rollback leaves no gap.
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

  /** The notification and its event on the feed, under the same id. Without a source it tells of many events. */
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

  /** Newest first, at most `limit`, those before `before`. */
  list(channel: string, limit: number, before?: number): Promise<Notification[]> {
    const columns = ['id', 'channel', 'seq', 'type', 'subject', 'time', 'data'] as const;
    let query = this.db.rows.selectFrom('notification').select(columns).where('channel', '=', channel);
    if (before !== undefined) query = query.where('seq', '<', before);
    return query.orderBy('seq', 'desc').limit(limit).execute();
  }

  /** In one statement, so that all of it is true at one and the same moment. */
  async snapshot({ channel, limit, subject }: Selection): Promise<Snapshot> {
    const { rows } = await sql<Notification & { last_seq: number; id: string | null }>`
      select channel.last_seq, last.* from channel left join lateral (
        select n.id, n.channel, n.seq, n.type, n.subject, n.time, n.data
        from latest join notification n on n.channel = latest.channel and n.seq = latest.seq
        where latest.channel = channel.name and ${subject === undefined ? sql`true` : sql`latest.subject = ${subject}`}
        order by latest.seq desc limit ${limit}
      ) last on true
      where channel.name = ${channel} order by last.seq desc
    `.execute(this.db.rows);
    return { notifications: rows.filter(({ id }) => id !== null), lastSeq: rows[0]?.last_seq ?? 0 };
  }

  /** Whether the channel was ever told about it. */
  async isKnown(channel: string, subject: string): Promise<boolean> {
    const query = this.db.rows.selectFrom('latest').select('seq').where('channel', '=', channel);
    return (await query.where('subject', '=', subject).executeTakeFirst()) !== undefined;
  }
}
