import { channelOf } from '@halftone/contracts';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { Database, decodeCursor, once, type Page, pageOf } from '@halftone/postgres';
import { failpoint, planted, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { gallery } from '../gallery/gallery';
import { GalleryStore } from '../gallery/gallery.store';
import type { NotificationsTables } from '../tables';
import {
  type Notification,
  notify,
  type PublicData,
  type Selection,
  type Snapshot,
  type SourceEvent,
} from './notification';
import { NotificationStore } from './notification.store';

/** The name under which this service remembers what it has seen; also its consumer group. */
export const consumer = 'halftone.notifications';

const position = z.int().min(1);

/** Turns what happened into what customers are told: each event once, each channel in one gapless order. */
@Injectable()
export class NotificationService {
  constructor(
    private readonly db: Database<NotificationsTables>,
    private readonly store: NotificationStore,
    private readonly gallery: GalleryStore,
  ) {}

  /** Safe to call any number of times with the same event. */
  async tell(event: SourceEvent, data: PublicData): Promise<void> {
    await this.db.tx(async (tx) => {
      if (!(await once(tx, { consumer, eventId: event.id }))) return;
      if (planted('notification.forgotten')) return;
      const notice = notify(event, data);
      if (planted('feed.number-skipped')) await this.store.nextSeq(tx, notice.channel);
      const seq = await this.store.nextSeq(tx, notice.channel);
      const id = uuidv7();
      await this.store.insert(tx, { ...notice, id, seq }, event.id);
      await this.gallery.note(tx, id, notice.type);
    });
    await failpoint('notifications.tell.after-commit');
  }

  /** The customer's own channel, newest first. */
  async list(customer: string, limit: number, cursor: string): Promise<Page<Notification>> {
    const before = cursor ? decodeCursor(cursor, position) : undefined;
    return pageOf(await this.store.list(channelOf(customer), limit + 1, before), limit, ({ seq }) => seq);
  }

  /** The gallery is everybody's, a customer's channel the customer's and the operators'. Anything else is FORBIDDEN. */
  async snapshot(selection: Selection, caller: Principal | undefined): Promise<Snapshot> {
    const { channel } = selection;
    const isOwn = caller !== undefined && channel === channelOf(caller.customer);
    const isAllowed = channel === gallery || isOwn || caller?.role === 'operator';
    if (!isAllowed) throw new DomainError('FORBIDDEN', 'This channel is not yours');
    return this.store.snapshot(selection);
  }
}
