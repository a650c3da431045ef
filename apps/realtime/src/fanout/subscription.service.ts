import { notificationsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { runInCall } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { NOTIFICATIONS, type NotificationsClient } from '../clients';
import type { ClientIdentity } from '../access/client-identity.service';
import { scopeOf } from '../access/channel';
import { type Filter, type ChannelSubscription, type Sink } from './channel-subscription';
import { CatchUp } from './catch-up';
import { cursorOf, type Position } from '../feed/cursor';
import { FeedService } from './feed.service';
import type { PublicEvent } from '../message/server-message';

/** A client's request for a subscription, over any transport. */
export interface SubscriptionRequest {
  /** The client's name of the channel. */
  channel: string;
  cursor?: string | undefined;
  types?: readonly string[] | undefined;
  snapshot?: boolean | undefined;
}

/** A permitted subscription with its start position. */
export interface OpenedSubscription {
  catchUp: CatchUp;
  filter: Filter | undefined;
  /** The client came with a cursor. */
  resumed: boolean;
  /** The current state as events, oldest first, if it was requested. */
  snapshot: readonly PublicEvent[] | undefined;
}

/** Opens the subscriptions of every transport: checks the permission, the cursor and the snapshot. */
@Injectable()
export class SubscriptionService {
  constructor(
    private readonly feed: FeedService,
    @Inject(NOTIFICATIONS) private readonly notifications: NotificationsClient,
  ) {}

  /** Throws FORBIDDEN, UNAUTHENTICATED, VALIDATION_FAILED or CURSOR_INVALID; UNAVAILABLE while a dependency is down. */
  async open(
    { channel: name, cursor, types, snapshot }: SubscriptionRequest,
    identity: ClientIdentity | undefined,
  ): Promise<OpenedSubscription> {
    if (snapshot && cursor !== undefined) throw cursorExcludesSnapshot();
    const { channel, subject } = scopeOf(name, identity?.principal);
    const filter = subject !== undefined || types ? { subject, types: types && new Set(types) } : undefined;
    const catchUp = await this.feed.open(channel, cursor);
    if (!snapshot) return { catchUp, filter, resumed: cursor !== undefined, snapshot: undefined };
    return { ...(await this.snapshotOf(catchUp, filter, identity)), filter, resumed: false };
  }

  follow({ catchUp, filter }: OpenedSubscription, sink: Sink, name?: string): ChannelSubscription {
    return this.feed.follow(catchUp, sink, filter, name);
  }

  /** Resolves when the subscription is live. */
  run(subscription: ChannelSubscription, { resumed }: OpenedSubscription): Promise<void> {
    return this.feed.run(subscription, resumed);
  }

  /** Throws CURSOR_INVALID. */
  async check({ channel }: ChannelSubscription, cursor: string): Promise<void> {
    await this.feed.open(channel, cursor);
  }

  /**
   * The stream begins at its tail from before the snapshot, and skips the events in the snapshot. The snapshot's rows are committed
   * before they enter the stream, so nothing is missed.
   */
  private async snapshotOf(
    { channel, position: tail }: CatchUp,
    filter: Filter | undefined,
    identity: ClientIdentity | undefined,
  ): Promise<{ catchUp: CatchUp; snapshot: PublicEvent[] }> {
    const context = identity ? { principal: identity.principal, token: identity.token } : {};
    const request = { channel, subject: filter?.subject ?? '', types: [...(filter?.types ?? [])] };
    const { notifications, lastSeq } = await runInCall(context, () => this.notifications.getSnapshot(request));
    const snapshot = notifications.map((one) => toEvent(one, tail)).sort((one, other) => one.seq - other.seq);
    return { catchUp: new CatchUp(channel, { ...tail, seq: lastSeq }), snapshot };
  }
}

/** An event of a snapshot may be much older than the tail. A client that resumes from its id gets a reset, unless it is the last event. */
const toEvent = (
  { channel, seq, type, subject, time, data }: notificationsV1.Notification,
  tail: Position,
): PublicEvent => ({
  id: cursorOf(channel, { ...tail, seq }),
  seq,
  channel,
  type,
  subject,
  time: (time ?? new Date(0)).toISOString(),
  data: JSON.parse(data || '{}') as unknown,
});

const cursorExcludesSnapshot = () =>
  new DomainError('VALIDATION_FAILED', 'Request a snapshot or resume from a cursor, not both', [
    { path: 'snapshot', message: 'excludes a cursor' },
  ]);
