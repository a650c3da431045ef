import { DomainError, uuidv7 } from '@halftone/kernel';
import { planted, type Principal } from '@halftone/service';
import { cursorOf, type Position } from '../feed/cursor';
import type { Outgoing } from '../feed/encoded-event';
import type { ChannelSubscription } from '../fanout/channel-subscription';
import type { Outbound } from '../fanout/outbound';
import { binaryFrame, pingFrame, textFrame } from '../wire/websocket-frame';
import type { Codec } from '../message/json-codec.schema';
import type { ServerMessage } from '../message/server-message';
import type { TokenBucket } from '../access/token-bucket';
import { type ClientIdentity, dueAt } from '../access/client-identity.service';
import type { CloseReason, Connection } from './connections.service';
import type { Goodbye } from './goodbye';
import type { ConversationService, SubscribingPeer } from './conversation.service';
import type { FrameSocket, SocketOwner } from '../wire/frame-socket.service';

/**
 * One WebSocket and its subscriptions. Its messages are handled one after the other.
 *
 * `FrameSocket` reads frames, answers pings and closes. `Outbound` writes all other frames to the same socket.
 * Both write whole frames only, so frames never mix.
 */
export class WebSocketConnection implements Connection, SubscribingPeer, SocketOwner {
  readonly outbound: Outbound;
  bucket: TokenBucket | undefined;
  private active: ChannelSubscription[] = [];
  private name: string | undefined;
  private handling: Promise<void> | undefined;
  /** The last sent event, if there are several subscriptions. */
  private latest: Outgoing | undefined;
  private isAlive = true;
  private wasWarned = false;
  private hasEnded = false;
  private endedBy: CloseReason = 'client';

  constructor(
    private readonly socket: FrameSocket,
    public identity: ClientIdentity | undefined,
    private readonly codec: Codec,
    private readonly conversation: ConversationService,
  ) {
    this.outbound = conversation.connections.outbound(socket.wire, codec.format, this);
    conversation.connections.add(this);
    socket.open(this);
  }

  get principal(): Principal {
    return requireIdentity(this.identity).principal;
  }

  get token(): string {
    return requireIdentity(this.identity).token;
  }

  get transport(): 'websocket' {
    return 'websocket';
  }

  get id(): string {
    return (this.name ??= uuidv7());
  }

  get isClosed(): boolean {
    return this.hasEnded;
  }

  get isCongested(): boolean {
    return this.outbound.isCongested;
  }

  get subscriptions(): readonly ChannelSubscription[] {
    return this.active;
  }

  subscribe(subscription: ChannelSubscription): void {
    const same = this.active.filter(({ channel }) => channel === subscription.channel);
    for (const one of same.length > 0 ? [...same, subscription] : []) one.leaveGroup();
    // A new array, because the first push of an array reserves 16 more slots, and most connections have one subscription.
    this.active = [...this.active, subscription];
  }

  unsubscribe(name: string): void {
    const at = this.active.findIndex((subscription) => subscription.name === name);
    if (at >= 0) this.active.splice(at, 1)[0]?.stop();
  }

  send(message: ServerMessage): void {
    this.outbound.push(this.codec.encode(message));
  }

  /** Sends a live event of several subscriptions (`me` and `order:7`) once; they get it one right after the other. */
  event(event: Outgoing): void {
    if (this.latest === event) return;
    this.latest = this.active.length > 1 ? event : undefined;
    this.outbound.push(event.frame(this.codec.format));
    this.conversation.connections.delivered();
  }

  ephemeral(event: Outgoing): void {
    if (!this.isCongested) this.event(event);
  }

  reset(position: Position, name: string, channel: string): void {
    this.send({ type: 'reset', channel: name, cursor: cursorOf(channel, position) });
  }

  space(): Promise<void> | undefined {
    return this.outbound.space();
  }

  beat(): void {
    if (!this.isAlive) {
      this.endedBy = 'heartbeat';
      return this.socket.terminate();
    }
    this.isAlive = false;
    this.outbound.push(pingFrame);
  }

  tick(now: number): void {
    this.socket.tick(now);
    if (this.hasEnded || !this.identity) return;
    const { expires } = this.identity;
    switch (dueAt(now, expires, this.wasWarned)) {
      case 'warn':
        this.wasWarned = true;
        return this.send({ type: 'expiring', inMs: expires - now });
      case 'end':
        return this.close('expired', 4401, 'the access token has expired');
    }
  }

  /** Throws like `ClientIdentityService.renew`. */
  async renew(token: string): Promise<void> {
    this.identity = await this.conversation.identities.renew(this.identity, token);
    this.wasWarned = false;
  }

  leave({ code, reconnectInMs }: Goodbye): void {
    this.send({ type: 'goodbye', reconnectInMs });
    this.close('goodbye', code, 'reconnect');
  }

  cut(): void {
    this.socket.terminate();
  }

  onOverflow(): void {
    this.close('slow', 1013, 'slow consumer: resume from your last event');
  }

  close(endedBy: CloseReason, code: number, reason: string): void {
    this.endedBy = endedBy;
    this.outbound.close();
    this.end();
    this.socket.close(code, reason);
  }

  onPing(): boolean {
    this.isAlive = true;
    return this.admits();
  }

  onPong(): void {
    this.isAlive = true;
    this.admits();
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.isAlive = true;
    if (this.hasEnded) return;
    if (!this.admits()) return;
    // Stop reading while a message is handled, so that a client cannot queue up work.
    this.socket.pause();
    const handling = (this.handling ?? Promise.resolve())
      .then(() => this.handle(data, isBinary))
      .finally(() => {
        if (this.handling === handling) this.handling = undefined;
        this.socket.resume();
      });
    this.handling = handling;
  }

  onEnding(): void {
    this.outbound.close();
    this.end();
  }

  onClose(): void {
    this.end();
    this.conversation.left(this);
    this.conversation.connections.remove(this, this.endedBy);
  }

  /** Counts every frame, control frames too. Beyond the limit the connection is closed and not read any more. */
  private admits(): boolean {
    if (this.hasEnded) return false;
    if (this.conversation.limiter.admits(this)) return true;
    this.endedBy = 'rate';
    this.outbound.close();
    this.end();
    this.socket.reject(1008, 'too many messages');
    return false;
  }

  private async handle(data: Buffer, isBinary: boolean): Promise<void> {
    if (this.hasEnded) return;
    if (planted('realtime.echo')) return this.outbound.push(isBinary ? binaryFrame(data) : textFrame(data.toString()));
    try {
      await this.conversation.handle(this, this.codec.decode(data, isBinary));
    } catch (error) {
      this.conversation.sendError(this, error);
    }
  }

  private end(): void {
    this.hasEnded = true;
    for (const subscription of this.active.splice(0)) subscription.stop();
  }
}

/** The identity of a connection. Throws UNAUTHENTICATED for an anonymous one. */
function requireIdentity(identity: ClientIdentity | undefined): ClientIdentity {
  if (!identity) throw new DomainError('UNAUTHENTICATED', 'Connect with a ticket or an access token for this');
  return identity;
}
