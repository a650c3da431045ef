import type { Socket } from 'node:net';
import { logger } from '@halftone/service';
import { cursorOf, type Position } from '../feed/cursor';
import type { Outgoing } from '../feed/encoded-event';
import type { FeedService } from '../feed/feed.service';
import type { Following, Sink } from '../feed/following';
import type { Splice } from '../feed/splice';
import { sseComment, sseFrame } from '../feed/sse-frame';
import type { CloseReason, Connection, ConnectionsService } from './connections.service';
import type { Outbound } from './outbound';

/** How long a client waits before it connects again, in ms. */
const retry = 2_000;

/** What a client asked for. `resumed`: it came with a cursor. */
export interface Subscription {
  splice: Splice;
  subject?: string | undefined;
  resumed: boolean;
}

/**
 * One event stream on a bare socket that nobody else writes to. The first frame carries the cursor, so that a client that loses the
 * connection before its first event misses nothing either.
 */
export class SseConnection implements Connection, Sink {
  readonly transport = 'sse';
  private readonly outbound: Outbound;
  private readonly following: Following;
  private endedBy: CloseReason = 'client';

  constructor(
    private readonly socket: Socket,
    head: string,
    { splice, subject, resumed }: Subscription,
    feed: FeedService,
    private readonly connections: ConnectionsService,
  ) {
    this.outbound = connections.outbound(socket, () => {
      this.endedBy = 'slow';
      socket.destroy();
    });
    this.following = feed.follow(splice, this, subject);
    connections.add(this);
    socket.once('close', () => this.closed());
    this.outbound.push(Buffer.concat([Buffer.from(head), sseFrame({ retry, id: splice.cursor })]));
    void feed.run(this.following, resumed).catch((err: unknown) => {
      logger('sse').warn({ err }, 'the past of a channel could not be told');
      this.leave();
    });
  }

  event(event: Outgoing): void {
    this.outbound.push(event.sseFrame);
    this.connections.delivered();
  }

  passing(event: Outgoing): void {
    if (!this.outbound.isCongested) this.event(event);
  }

  reset(position: Position): void {
    const cursor = cursorOf(position);
    const data = JSON.stringify({ channel: this.following.channel, cursor });
    this.outbound.push(sseFrame({ id: cursor, event: 'reset', data }));
  }

  room(): Promise<void> | undefined {
    return this.outbound.room();
  }

  beat(): void {
    this.outbound.push(sseComment);
  }

  leave(reconnectInMs = retry): void {
    this.endedBy = 'goodbye';
    this.outbound.push(sseFrame({ retry: reconnectInMs }));
    this.outbound.close();
    this.following.stop();
    this.socket.end();
  }

  cut(): void {
    this.socket.destroy();
  }

  private closed(): void {
    this.outbound.close();
    this.following.stop();
    this.connections.remove(this, this.endedBy);
  }
}
