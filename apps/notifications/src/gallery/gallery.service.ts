import { uuidv7 } from '@halftone/kernel';
import { Database } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import { NotificationStore } from '../notification/notification.store';
import type { NotificationsTables } from '../tables';
import { gallery, ticked } from './gallery';
import { GalleryStore } from './gallery.store';

/** Tells the gallery what happened since it was told last: everything is counted once, and the totals only rise. */
@Injectable()
export class GalleryService {
  constructor(
    private readonly db: Database<NotificationsTables>,
    private readonly store: GalleryStore,
    private readonly notifications: NotificationStore,
  ) {}

  /** One notice for each kind that something is due of. */
  async tick(now: Date): Promise<void> {
    if (!(await this.store.isDue())) return;
    await this.db.tx(async (tx) => {
      for (const { kind, count } of await this.store.take(tx)) {
        const seq = await this.notifications.nextSeq(tx, gallery);
        const notice = ticked(kind, count, await this.store.total(tx, kind), now);
        await this.notifications.insert(tx, { ...notice, id: uuidv7(), seq });
      }
    });
  }
}
