import { afterCommit, Database, type Tx } from '@halftone/postgres';
import { planted, Wakeup } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { z } from 'zod';
import type { NotificationsTables } from '../tables';
import { gallery, type GalleryKind, kindOf, subjectOf } from './gallery';

/** Maximum per transaction; the rest is counted in the next one. */
const batchSize = 5_000;

const galleryData = z.object({ total: z.int().min(1) });

/**
 * Notifications that the gallery has not counted yet. An insert in the notification's transaction marks them, without
 * waiting for any lock. Updating the gallery there would make all customers wait for its single row.
 */
@Injectable()
export class GalleryStore {
  /** Signalled after each commit that leaves notifications to count. */
  readonly due = new Wakeup();

  constructor(private readonly db: Database<NotificationsTables>) {}

  async markDue(tx: Tx<NotificationsTables>, notificationId: string, type: string): Promise<void> {
    const kind = kindOf(type);
    if (!kind) return;
    await tx.insertInto('gallery_due').values({ notification_id: notificationId, kind }).execute();
    afterCommit(tx, () => this.due.signal());
  }

  async isDue(): Promise<boolean> {
    return (await this.db.rows.selectFrom('gallery_due').select('kind').limit(1).executeTakeFirst()) !== undefined;
  }

  /** Takes at most 5,000 due notifications, counted per kind. A concurrent replica gets others (SKIP LOCKED). */
  async take(tx: Tx<NotificationsTables>): Promise<{ kind: GalleryKind; count: number }[]> {
    const { rows } = await sql<{ kind: GalleryKind; count: number }>`
      with taken as (
        delete from gallery_due where ctid = any(array(select ctid from gallery_due limit ${batchSize} for update skip locked)) returning kind
      )
      select kind, count(*) as count from taken group by kind order by kind
    `.execute(tx);
    if (rows.reduce((sum, { count }) => sum + count, 0) === batchSize) afterCommit(tx, () => this.due.signal());
    if (planted('gallery.uncounted')) return [];
    return rows;
  }

  /** Call `nextSeq` of the channel first: its lock keeps the total stable until this transaction ends. */
  async total(tx: Tx<NotificationsTables>, kind: GalleryKind): Promise<number> {
    const known = await tx
      .selectFrom('latest')
      .innerJoin('notification', (join) =>
        join.onRef('notification.channel', '=', 'latest.channel').onRef('notification.seq', '=', 'latest.seq'),
      )
      .select('data')
      .where('latest.channel', '=', gallery)
      .where('latest.subject', '=', subjectOf(kind))
      .executeTakeFirst();
    return known ? galleryData.parse(known.data).total : 0;
  }
}
