import { notificationsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { runInCall } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { NOTIFICATIONS, type NotificationsClient } from '../clients';
import type { Caller } from '../connection/caller.service';
import { scopeOf } from '../connection/channel';
import { type Filter, type Following, type Sink } from '../fanout/following';
import { Splice } from '../fanout/splice';
import { cursorOf, type Position } from '../fanout/cursor';
import { FeedService } from '../feed/feed.service';
import type { ShownEvent } from '../message/server-message';

/** What a client asks for, over whatever transport. */
export interface Wanted {
  /** As the client calls it. */
  channel: string;
  cursor?: string | undefined;
  types?: readonly string[] | undefined;
  snapshot?: boolean | undefined;
}

/** A subscription that is allowed and knows where it begins. */
export interface Opened {
  splice: Splice;
  filter: Filter | undefined;
  /** The client came with a cursor. */
  resumed: boolean;
  /** What is true at the beginning, oldest first, where it was asked for. */
  snapshot: readonly ShownEvent[] | undefined;
}

/** Where subscriptions of every transport begin: who may have what, from where on, and what goes before it. */
@Injectable()
export class SubscriptionService {
  constructor(
    private readonly feed: FeedService,
    @Inject(NOTIFICATIONS) private readonly notifications: NotificationsClient,
  ) {}

  /** Throws FORBIDDEN, UNAUTHENTICATED, VALIDATION_FAILED or CURSOR_INVALID; UNAVAILABLE when the past or a snapshot cannot be had. */
  async open({ channel: name, cursor, types, snapshot }: Wanted, caller: Caller | undefined): Promise<Opened> {
    if (snapshot && cursor !== undefined) throw either();
    const { channel, subject } = scopeOf(name, caller?.principal);
    const filter = subject !== undefined || types ? { subject, types: types && new Set(types) } : undefined;
    const splice = await this.feed.open(channel, cursor);
    if (!snapshot) return { splice, filter, resumed: cursor !== undefined, snapshot: undefined };
    return { ...(await this.snapshotOf(splice, filter, caller)), filter, resumed: false };
  }

  follow({ splice, filter }: Opened, sink: Sink, name?: string): Following {
    return this.feed.follow(splice, sink, filter, name);
  }

  /** Resolves when the subscription stands at the live tail. */
  run(following: Following, { resumed }: Opened): Promise<void> {
    return this.feed.run(following, resumed);
  }

  /** Throws CURSOR_INVALID. */
  async check({ channel }: Following, cursor: string): Promise<void> {
    await this.feed.open(channel, cursor);
  }

  /**
   * The stream begins where its tail was before the snapshot was read, and passes over what the snapshot has: its rows are committed
   * before they can be in the stream, so nothing falls in between.
   */
  private async snapshotOf(
    { channel, position: tail }: Splice,
    filter: Filter | undefined,
    caller: Caller | undefined,
  ): Promise<{ splice: Splice; snapshot: ShownEvent[] }> {
    const context = caller ? { principal: caller.principal, token: caller.token } : {};
    const question = { channel, limit: 0, subject: filter?.subject ?? '' };
    const { notifications, lastSeq } = await runInCall(context, () => this.notifications.getSnapshot(question));
    const wanted = notifications.filter(({ type }) => filter?.types?.has(type) ?? true);
    const snapshot = wanted.map((one) => shown(one, tail)).sort((one, other) => one.seq - other.seq);
    return { splice: new Splice(channel, { ...tail, seq: lastSeq }), snapshot };
  }
}

/** An event of a snapshot may lie long before the tail; who goes on from its id is told that something is missing, unless it is the last. */
const shown = (
  { channel, seq, type, subject, time, data }: notificationsV1.Notification,
  tail: Position,
): ShownEvent => ({
  id: cursorOf(channel, { ...tail, seq }),
  seq,
  channel,
  type,
  subject,
  time: (time ?? new Date(0)).toISOString(),
  data: JSON.parse(data || '{}') as unknown,
});

const either = () =>
  new DomainError('VALIDATION_FAILED', 'Ask for a snapshot or go on from a cursor', [
    { path: 'snapshot', message: 'excludes a cursor' },
  ]);
