import { uuidv7 } from '@halftone/kernel';
import { Database } from '@halftone/postgres';
import { Injectable } from '@nestjs/common';
import { NotificationStore } from './notification.store';
import type { NotificationsTables } from '../tables';
import { gallery, galleryNotice } from '../gallery/gallery';
import { GalleryStore } from '../gallery/gallery.store';

/** Publishes totals to the gallery. Each notification is counted once, so totals only rise. */
@Injectable()
export class GalleryService {
  constructor(
    private readonly db: Database<NotificationsTables>,
    private readonly store: GalleryStore,
    private readonly notifications: NotificationStore,
  ) {}

  /** Publishes one notification per kind that has something to count. */
  async publish(now: Date): Promise<void> {
    if (!(await this.store.isDue())) return;
    await this.db.tx(async (tx) => {
      for (const { kind, count } of await this.store.take(tx)) {
        const seq = await this.notifications.nextSeq(tx, gallery);
        const notice = galleryNotice(kind, count, await this.store.total(tx, kind), now);
        await this.notifications.insert(tx, { ...notice, id: uuidv7(), seq });
      }
    });
  }
}
