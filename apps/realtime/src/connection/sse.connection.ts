import type { Duplex } from 'node:stream';
import { logger } from '@halftone/service';
import { cursorOf, type Position } from '../fanout/cursor';
import type { Outgoing } from '../fanout/encoded-event';
import type { Following, Sink } from '../fanout/following';
import { sseComment, sseFrame } from '../fanout/sse-frame';
import type { Opened, SubscriptionService } from '../subscription/subscription.service';
import type { Caller } from './caller.service';
import type { CloseReason, Connection, ConnectionsService } from './connections.service';
import type { Farewell } from './goodbye';
import type { Outbound } from '../fanout/outbound';

/** How long a client waits before it connects again, in ms: not all the same time, or those that one fault cut off come back as one. */
const retryMs = () => Math.round(4_000 + 2_000 * Math.random());

/** What a client asked for. */
export interface Subscription extends Opened {
  /** What it calls the channel. */
  name: string;
  /** Epoch ms at which the client's token ends. */
  expires?: number | undefined;
  /** Who also wants to speak. */
  talker?: Caller | undefined;
}

/**
 * One event stream on a bare socket, or on a stream of HTTP/2, that nobody else writes to. The first frame carries the cursor, so that a client that loses the
 * connection before its first event misses nothing either.
 */
export class SseConnection implements Connection, Sink {
  readonly outbound: Outbound;
  private readonly following: Following;
  private readonly expires: number | undefined;
  private endedBy: CloseReason = 'client';

  constructor(
    private readonly socket: Duplex,
    head: string,
    subscription: Subscription,
    subscriptions: SubscriptionService,
    private readonly connections: ConnectionsService,
  ) {
    this.outbound = connections.outbound(socket, 'sse', this);
    this.expires = subscription.expires;
    this.following = subscriptions.follow(subscription, this, subscription.name);
    connections.add(this);
    own(socket, this);
    this.outbound.push(Buffer.concat([Buffer.from(head), firstFrame(subscription)]));
    void subscriptions.run(this.following, subscription).catch((err: unknown) => {
      logger('sse').warn({ err }, 'the past of a channel could not be told');
      this.leave();
    });
  }

  get transport(): 'sse' {
    return 'sse';
  }

  event(event: Outgoing): void {
    this.outbound.push(event.frame('sse'));
    this.connections.delivered();
  }

  passing(event: Outgoing): void {
    if (!this.outbound.isCongested) this.event(event);
  }

  reset(position: Position): void {
    const cursor = cursorOf(this.following.channel, position);
    const data = JSON.stringify({ channel: this.following.name, cursor });
    this.outbound.push(sseFrame({ id: cursor, event: 'reset', data }));
  }

  room(): Promise<void> | undefined {
    return this.outbound.room();
  }

  beat(): void {
    this.outbound.push(sseComment);
  }

  /** An event stream cannot be given a fresh token: the client has to open another one with it. */
  tick(now: number): void {
    if (this.expires !== undefined && now >= this.expires) this.end('expired', { event: 'expired', data: '{}' });
  }

  leave({ reconnectInMs }: Pick<Farewell, 'reconnectInMs'> = { reconnectInMs: retryMs() }): void {
    this.end('goodbye', { retry: reconnectInMs });
  }

  private end(endedBy: CloseReason, last: Parameters<typeof sseFrame>[0]): void {
    this.endedBy = endedBy;
    this.outbound.push(sseFrame(last));
    this.outbound.close();
    this.following.stop();
    this.socket.end();
  }

  onOverflow(): void {
    this.endedBy = 'slow';
    this.socket.destroy();
  }

  cut(): void {
    this.socket.destroy();
  }

  closed(): void {
    this.outbound.close();
    this.following.stop();
    this.connections.remove(this, this.endedBy);
  }
}

/** With a snapshot, the cursor comes together with it: who has the one has the other. */
function firstFrame({ name, splice, snapshot }: Subscription): Buffer {
  const [retry, cursor] = [retryMs(), splice.cursor];
  if (!snapshot) return sseFrame({ retry, id: cursor });
  const data = JSON.stringify({ channel: name, cursor, events: snapshot });
  return sseFrame({ retry, id: cursor, event: 'snapshot', data });
}

/** So that the listener is one function for all connections: a closure would be memory of each. */
const owner = Symbol('connection');
type Owned = Duplex & { [owner]?: SseConnection };

function own(socket: Owned, connection: SseConnection): void {
  socket[owner] = connection;
  socket.on('close', onClose);
}

function onClose(this: Owned): void {
  this[owner]?.closed();
}
