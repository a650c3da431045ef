import type { Duplex } from 'node:stream';
import { DomainError } from '@halftone/kernel';
import { domainErrorOf, logger, type Principal, validationError } from '@halftone/service';
import type { RawData, WebSocket } from 'ws';
import type { FeedService } from '../feed/feed.service';
import type { Following, Sink } from '../feed/following';
import { textFrame } from '../feed/text-frame';
import { scopeOf } from './channel';
import { type ClientMessage, clientMessage } from './client-message.schema';
import type { CloseReason, Connection, ConnectionsService } from './connections.service';
import type { Outbound } from './outbound';
import { WebSocketSink } from './websocket.sink';

const maxSubscriptions = 32;

/**
 * One WebSocket and its subscriptions, by the name the client gave them. Its messages are handled one after the other; subscribing to a
 * name again starts it anew.
 *
 * `ws` reads, answers pings and closes; every text frame goes out through `Outbound`, onto the socket behind `ws`. Both write whole
 * frames only, so they cannot tear each other's.
 */
export class WebSocketConnection implements Connection {
  readonly transport = 'websocket';
  private readonly subscriptions = new Map<string, Following>();
  private readonly outbound: Outbound;
  private readonly sink: (name: string) => Sink;
  private handling: Promise<void> = Promise.resolve();
  private isAlive = true;
  private isClosed = false;
  private endedBy: CloseReason = 'client';

  constructor(
    private readonly socket: WebSocket,
    wire: Duplex,
    private readonly principal: Principal,
    private readonly feed: FeedService,
    private readonly connections: ConnectionsService,
  ) {
    this.outbound = connections.outbound(wire, () =>
      this.close('slow', 1013, 'slow consumer: resume from your last event'),
    );
    const shared = new WebSocketSink(this.outbound, connections);
    this.sink = (name) => shared.named(name, (message) => this.send(message));
    connections.add(this);
    socket.on('message', (data, isBinary) => this.receive(data, isBinary));
    socket.on('pong', () => (this.isAlive = true));
    socket.on('close', () => this.closed());
    socket.on('error', (err) => logger('websocket').debug({ err }, 'closed by an error of the client'));
  }

  beat(): void {
    if (!this.isAlive) {
      this.endedBy = 'heartbeat';
      return this.socket.terminate();
    }
    this.isAlive = false;
    this.socket.ping();
  }

  leave(reconnectInMs: number): void {
    this.send({ type: 'goodbye', reconnectInMs });
    this.close('goodbye', 1001, 'reconnect');
  }

  cut(): void {
    this.socket.terminate();
  }

  private receive(data: RawData, isBinary: boolean): void {
    this.isAlive = true;
    // Not read on while a message is handled: a client cannot pile up work here.
    this.socket.pause();
    this.handling = this.handling.then(() => this.handle(data, isBinary)).finally(() => this.socket.resume());
  }

  private async handle(data: RawData, isBinary: boolean): Promise<void> {
    if (this.isClosed) return;
    try {
      await this.obey(messageOf(data, isBinary));
    } catch (error) {
      this.sendError(error);
    }
  }

  private async obey(message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'subscribe':
        return this.subscribe(message.channel, message.cursor ?? undefined);
      case 'unsubscribe':
        this.unsubscribe(message.channel);
        return this.send({ type: 'unsubscribed', channel: message.channel });
      case 'ping':
        return this.send({ type: 'pong' });
      default:
        return message satisfies never;
    }
  }

  private async subscribe(name: string, cursor: string | undefined): Promise<void> {
    const { channel, subject } = scopeOf(name, this.principal);
    const splice = await this.feed.open(channel, cursor);
    if (this.isClosed) return;
    this.unsubscribe(name);
    if (this.subscriptions.size >= maxSubscriptions) throw tooMany();
    const following = this.feed.follow(splice, this.sink(name), subject);
    this.subscriptions.set(name, following);
    this.send({ type: 'subscribed', channel: name, cursor: splice.cursor });
    void this.feed.run(following, cursor !== undefined).catch((error: unknown) => {
      if (this.subscriptions.get(name) === following) this.unsubscribe(name);
      this.sendError(error, name);
    });
  }

  private unsubscribe(name: string): void {
    this.subscriptions.get(name)?.stop();
    this.subscriptions.delete(name);
  }

  private send(message: object): void {
    this.outbound.push(textFrame(JSON.stringify(message)));
  }

  private sendError(error: unknown, channel?: string): void {
    const { code, message, details, row } = domainErrorOf(error);
    if (row.log === 'error') logger('websocket').error({ err: error }, 'a message was not handled');
    this.send({
      type: 'error',
      code,
      message,
      ...(channel && { channel }),
      ...(details.length > 0 && { errors: details }),
    });
  }

  private close(endedBy: CloseReason, code: number, reason: string): void {
    this.endedBy = endedBy;
    this.outbound.close();
    this.end();
    this.socket.close(code, reason);
  }

  private closed(): void {
    this.end();
    this.connections.remove(this, this.endedBy);
  }

  private end(): void {
    this.isClosed = true;
    for (const name of [...this.subscriptions.keys()]) this.unsubscribe(name);
  }
}

function messageOf(data: RawData, isBinary: boolean): ClientMessage {
  if (isBinary) throw new DomainError('UNSUPPORTED_MEDIA_TYPE', 'Send text frames that hold JSON');
  const { success, data: message, error } = clientMessage.safeParse(parsed(String(data)));
  if (success) return message;
  throw validationError(error.issues);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new DomainError('MALFORMED_JSON', 'The message is not JSON', [], { cause });
  }
}

const tooMany = () =>
  new DomainError('VALIDATION_FAILED', `A connection has at most ${maxSubscriptions} subscriptions`);
