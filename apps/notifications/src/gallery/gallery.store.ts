import { afterCommit, Database, type Tx, Wakeup } from '@halftone/postgres';
import { planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { sql } from 'kysely';
import { z } from 'zod';
import type { NotificationsTables } from '../tables';
import { gallery, type GalleryKind, kindOf, subjectOf } from './gallery';

const ticked = z.object({ total: z.int().min(1) });

/**
 * What the gallery has yet to tell. Noted in the transaction of the notification by an insert that waits for nobody: were the
 * gallery told there and then, all customers' notifications would queue at its one row.
 */
@Injectable()
export class GalleryStore {
  /** Signalled after each commit that leaves something due. */
  readonly due = new Wakeup();

  constructor(private readonly db: Database<NotificationsTables>) {}

  async note(tx: Tx<NotificationsTables>, notificationId: string, type: string): Promise<void> {
    const kind = kindOf(type);
    if (!kind) return;
    await tx.insertInto('gallery_due').values({ notification_id: notificationId, kind }).execute();
    afterCommit(tx, () => this.due.signal());
  }

  async isDue(): Promise<boolean> {
    return (await this.db.rows.selectFrom('gallery_due').select('kind').limit(1).executeTakeFirst()) !== undefined;
  }

  /** Takes what is due, in the order of the kinds' names. Another replica that does the same gets the rest. */
  async take(tx: Tx<NotificationsTables>): Promise<{ kind: GalleryKind; count: number }[]> {
    const { rows } = await sql<{ kind: GalleryKind; count: number }>`
      with taken as (
        delete from gallery_due where ctid = any(array(select ctid from gallery_due for update skip locked)) returning kind
      )
      select kind, count(*) as count from taken group by kind order by kind
    `.execute(tx);
    if (planted('gallery.uncounted')) return [];
    return rows;
  }

  /** Ask for the channel's next number first: that keeps the total as it is until this transaction ends. */
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
    return known ? ticked.parse(known.data).total : 0;
  }
}
