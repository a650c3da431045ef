import { channelOf } from '@halftone/contracts';
import { assertPermitted, type CallerKind, uuidv7 } from '@halftone/kernel';
import { afterCommit, decodeCursor, type Page, pageOf, type Tx } from '@halftone/postgres';
import { failpoint, planted, type Principal } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { gallery } from '../gallery/gallery';
import { GalleryStore } from '../gallery/gallery.store';
import type { NotificationsTables } from '../tables';
import {
  type Notification,
  toNotice,
  type PublicData,
  type Selection,
  type Snapshot,
  type SourceEvent,
} from './notification';
import { NotificationStore } from './notification.store';

/** The Kafka consumer group, and the consumer name in the inbox. */
export const consumer = 'halftone.notifications';

const position = z.int().min(1);

/** Turns events into notifications: each event once, each channel in one gapless order. */
@Injectable()
export class NotificationService {
  constructor(
    private readonly store: NotificationStore,
    private readonly gallery: GalleryStore,
  ) {}

  async notify(tx: Tx<NotificationsTables>, event: SourceEvent, data: PublicData): Promise<void> {
    if (planted('notification.forgotten')) return;
    const notice = toNotice(event, data);
    if (planted('feed.number-skipped')) await this.store.nextSeq(tx, notice.channel);
    const seq = await this.store.nextSeq(tx, notice.channel);
    const id = uuidv7();
    await this.store.insert(tx, { ...notice, id, seq }, event.id);
    await this.gallery.markDue(tx, id, notice.type);
    afterCommit(tx, () => failpoint('notifications.notify.after-commit'));
  }

  /** The customer's channel, newest first. */
  async list(customer: string, limit: number, cursor: string): Promise<Page<Notification>> {
    const before = cursor ? decodeCursor('notifications', cursor, position) : undefined;
    return pageOf(
      'notifications',
      await this.store.list(channelOf(customer), limit + 1, before),
      limit,
      ({ seq }) => seq,
    );
  }

  /** Everybody may read the gallery; a customer's channel is for the customer and operators, else FORBIDDEN. */
  async snapshot(selection: Selection, caller: Principal | undefined): Promise<Snapshot> {
    const { channel } = selection;
    const state = channel === gallery ? gallery : "a customer's";
    assertPermitted(
      'notifications.GetSnapshot',
      { caller: relationTo(caller, channel), state },
      'This channel is not yours',
    );
    return this.store.snapshot(selection);
  }
}

function relationTo(caller: Principal | undefined, channel: string): CallerKind {
  if (!caller) return 'anonymous';
  if (caller.role === 'operator') return 'operator';
  return channel === channelOf(caller.customer) ? 'owner' : 'other';
}
