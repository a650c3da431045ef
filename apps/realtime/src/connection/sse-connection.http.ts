import type { Duplex } from 'node:stream';
import { logger } from '@halftone/service';
import { cursorOf, type Position } from '../feed/cursor';
import type { Outgoing } from '../feed/encoded-event';
import type { ChannelSubscription, Sink } from '../fanout/channel-subscription';
import { sseComment, sseFrame } from '../wire/sse-frame';
import type { OpenedSubscription, SubscriptionService } from '../fanout/subscription.service';
import type { ClientIdentity } from '../access/client-identity.service';
import type { CloseReason, Connection, ConnectionsService } from './connections.service';
import type { Goodbye } from './goodbye';
import type { Outbound } from '../fanout/outbound';
import { keyedFrame, withKey } from './stream-key.service';

/**
 * How long a client waits before it reconnects, in ms. It is random, so that clients do not all return together.
 * An EventSource keeps the last `retry` for ever (HTML standard, 9.2.6), so only the first frame has one, and it is never short.
 */
export const retryMs = () => Math.round(3_000 + 2_000 * Math.random());

/** How long a client may read the rest before the socket is destroyed, in ms. */
const closeTimeoutMs = 5_000;

/** The opened subscription of an event stream or a poll. */
export interface OpenedStream extends OpenedSubscription {
  /** The client's name of the channel. */
  name: string;
  /** When the client's token expires, in epoch ms. */
  expires?: number | undefined;
  /** The key of a stream by ticket, in every event id. */
  key?: string | undefined;
  /** The client, if it wants to post messages. */
  sender?: ClientIdentity | undefined;
}

/**
 * One event stream on a bare socket or an HTTP/2 stream that nothing else writes to. The first frame has the cursor,
 * so that a client that disconnects before its first event misses nothing.
 */
export class SseConnection implements Connection, Sink {
  readonly outbound: Outbound;
  private readonly subscription: ChannelSubscription;
  private readonly expires: number | undefined;
  private readonly key: string | undefined;
  private endedBy: CloseReason = 'client';
  /** When the socket is destroyed, in epoch ms; 0 until the last frame was sent. */
  private destroyAt = 0;

  constructor(
    private readonly socket: Duplex,
    head: string,
    opened: OpenedStream,
    subscriptions: SubscriptionService,
    private readonly connections: ConnectionsService,
  ) {
    this.outbound = connections.outbound(socket, 'sse', this);
    this.expires = opened.expires;
    this.key = opened.key;
    this.subscription = subscriptions.follow(opened, this, opened.name);
    // Its ids contain its key, so it cannot share bytes with others.
    if (this.key !== undefined) this.subscription.leaveGroup();
    connections.add(this);
    own(socket, this);
    this.outbound.push(Buffer.concat([Buffer.from(head), firstFrame(opened)]));
    void subscriptions.run(this.subscription, opened).catch((err: unknown) => {
      logger('sse').warn({ err }, 'the past of a channel could not be sent');
      this.leave();
    });
  }

  get transport(): 'sse' {
    return 'sse';
  }

  event(event: Outgoing): void {
    this.outbound.push(keyedFrame(event.frame('sse'), this.key));
    this.connections.delivered();
  }

  ephemeral(event: Outgoing): void {
    if (!this.outbound.isCongested) this.event(event);
  }

  reset(position: Position): void {
    const cursor = cursorOf(this.subscription.channel, position);
    const data = JSON.stringify({ channel: this.subscription.name, cursor });
    this.outbound.push(sseFrame({ id: withKey(cursor, this.key), event: 'reset', data }));
  }

  space(): Promise<void> | undefined {
    return this.outbound.space();
  }

  beat(): void {
    this.outbound.push(sseComment);
  }

  /** A stream cannot get a new token: the client must open another stream with it. */
  tick(now: number): void {
    if (this.destroyAt > 0) return void (now >= this.destroyAt && this.socket.destroy());
    if (this.expires !== undefined && now >= this.expires) this.end('expired', { event: 'expired', data: '{}' });
  }

  leave({ reconnectInMs }: Pick<Goodbye, 'reconnectInMs'> = { reconnectInMs: retryMs() }): void {
    this.end('goodbye', { event: 'goodbye', data: JSON.stringify({ reconnectInMs }) });
  }

  private end(endedBy: CloseReason, last: Parameters<typeof sseFrame>[0]): void {
    this.endedBy = endedBy;
    this.destroyAt ||= Date.now() + closeTimeoutMs;
    this.outbound.push(sseFrame(last));
    this.outbound.close();
    this.subscription.stop();
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
    this.subscription.stop();
    this.connections.remove(this, this.endedBy);
  }
}

/** A snapshot and its cursor are in one frame, so that a client has both or neither. */
function firstFrame({ name, catchUp, snapshot, key }: OpenedStream): Buffer {
  const [retry, cursor] = [retryMs(), catchUp.cursor];
  if (!snapshot) return sseFrame({ retry, id: withKey(cursor, key) });
  const data = JSON.stringify({ channel: name, cursor, events: snapshot });
  return sseFrame({ retry, id: withKey(cursor, key), event: 'snapshot', data });
}

/** Finds the connection of a socket, so that all connections share one listener instead of a closure each. */
const owner = Symbol('connection');
type Owned = Duplex & { [owner]?: SseConnection };

function own(socket: Owned, connection: SseConnection): void {
  socket[owner] = connection;
  socket.on('close', onClose);
}

function onClose(this: Owned): void {
  this[owner]?.closed();
}
