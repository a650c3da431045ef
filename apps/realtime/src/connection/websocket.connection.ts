import { DomainError, uuidv7 } from '@halftone/kernel';
import { planted, type Principal } from '@halftone/service';
import { cursorOf, type Position } from '../fanout/cursor';
import type { Outgoing } from '../fanout/encoded-event';
import type { Following, Sink } from '../fanout/following';
import type { Outbound } from '../fanout/outbound';
import { binaryFrame, pingFrame, textFrame } from '../fanout/websocket-frame';
import type { Codec } from '../message/message.codec';
import type { Peer } from '../message/message.handler';
import type { ServerMessage } from '../message/server-message';
import type { TokenBucket } from '../admission/token-bucket';
import type { Caller } from './caller.service';
import type { CloseReason, Connection } from './connections.service';
import type { Farewell } from './goodbye';
import type { ConversationService } from './conversation.service';
import { dueAt } from './expiry';
import type { FrameSocket, SocketOwner } from './frame.socket';

/**
 * One WebSocket and its subscriptions. Its messages are handled one after the other.
 *
 * `FrameSocket` reads, answers pings and closes; every other frame goes out through `Outbound`, onto the same socket. Both write whole
 * frames only, so they cannot tear each other's.
 */
export class WebSocketConnection implements Connection, Peer, Sink, SocketOwner {
  readonly outbound: Outbound;
  bucket: TokenBucket | undefined;
  private following: Following[] = [];
  private name: string | undefined;
  private handling: Promise<void> | undefined;
  /** The event sent last, while several subscriptions may want it. */
  private latest: Outgoing | undefined;
  private isAlive = true;
  private wasTold = false;
  private hasEnded = false;
  private endedBy: CloseReason = 'client';

  constructor(
    private readonly socket: FrameSocket,
    public caller: Caller | undefined,
    private readonly codec: Codec,
    private readonly conversation: ConversationService,
  ) {
    this.outbound = conversation.connections.outbound(socket.wire, codec.format, this);
    conversation.connections.add(this);
    socket.open(this);
  }

  get principal(): Principal {
    return known(this.caller).principal;
  }

  get token(): string {
    return known(this.caller).token;
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

  get subscriptions(): readonly Following[] {
    return this.following;
  }

  subscribe(following: Following): void {
    const same = this.following.filter(({ channel }) => channel === following.channel);
    for (const one of same.length > 0 ? [...same, following] : []) one.standApart();
    // Not pushed: an array makes room for sixteen more at its first push, and most connections have one.
    this.following = [...this.following, following];
  }

  unsubscribe(name: string): void {
    const at = this.following.findIndex((following) => following.name === name);
    if (at >= 0) this.following.splice(at, 1)[0]?.stop();
  }

  send(message: ServerMessage): void {
    this.outbound.push(this.codec.encode(message));
  }

  /** A live event that several subscriptions want (`me` and `order:7`) is sent once: it reaches them one right after the other. */
  event(event: Outgoing): void {
    if (this.latest === event) return;
    this.latest = this.following.length > 1 ? event : undefined;
    this.outbound.push(event.frame(this.codec.format));
    this.conversation.connections.delivered();
  }

  passing(event: Outgoing): void {
    if (!this.isCongested) this.event(event);
  }

  reset(position: Position, name: string, channel: string): void {
    this.send({ type: 'reset', channel: name, cursor: cursorOf(channel, position) });
  }

  room(): Promise<void> | undefined {
    return this.outbound.room();
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
    if (this.hasEnded || !this.caller) return;
    const { expires } = this.caller;
    switch (dueAt(now, expires, this.wasTold)) {
      case 'tell':
        this.wasTold = true;
        return this.send({ type: 'expiring', inMs: expires - now });
      case 'end':
        return this.close('expired', 4401, 'the access token has expired');
    }
  }

  /** Throws what `ConductService.renew` throws. */
  async renew(token: string): Promise<void> {
    await this.conversation.conduct.renew(this, token);
    this.wasTold = false;
  }

  leave({ code, reconnectInMs }: Farewell): void {
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

  onPong(): void {
    this.isAlive = true;
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    this.isAlive = true;
    if (this.hasEnded) return;
    if (!this.conversation.conduct.admits(this)) return this.close('rate', 1008, 'too many messages');
    // Not read on while a message is handled: a client cannot pile up work here.
    this.socket.pause();
    const handling = (this.handling ?? Promise.resolve())
      .then(() => this.handle(data, isBinary))
      .finally(() => {
        if (this.handling === handling) this.handling = undefined;
        this.socket.resume();
      });
    this.handling = handling;
  }

  onClose(): void {
    this.end();
    this.conversation.left(this);
    this.conversation.connections.remove(this, this.endedBy);
  }

  private async handle(data: Buffer, isBinary: boolean): Promise<void> {
    if (this.hasEnded) return;
    if (planted('realtime.echo')) return this.outbound.push(isBinary ? binaryFrame(data) : textFrame(data.toString()));
    try {
      await this.conversation.obey(this, this.codec.decode(data, isBinary));
    } catch (error) {
      this.conversation.tell(this, error);
    }
  }

  private end(): void {
    this.hasEnded = true;
    for (const following of this.following.splice(0)) following.stop();
  }
}

/** Whoever came without credentials has the gallery, and nothing that needs a name. */
function known(caller: Caller | undefined): Caller {
  if (!caller) throw new DomainError('UNAUTHENTICATED', 'Connect with a ticket or an access token for this');
  return caller;
}
