import { DomainError } from '@halftone/kernel';
import { domainErrorOf, logger } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { ClientMessage } from '../message/client-message.schema';
import { MessageRouter } from '../message/message.router';
import type { Following } from '../fanout/following';
import { SubscriptionService, type Wanted } from '../subscription/subscription.service';
import { SessionService } from '../session/session.service';
import type { Kept } from '../session/session.store';
import { ConductService } from './conduct.service';
import { ConnectionsService } from './connections.service';
import type { WebSocketConnection } from './websocket.connection';

const maxSubscriptions = 32;

/** What the messages of a WebSocket do: subscriptions here, everything else by the feature that answers it. */
@Injectable()
export class ConversationService {
  constructor(
    readonly connections: ConnectionsService,
    private readonly subscriptions: SubscriptionService,
    private readonly router: MessageRouter,
    private readonly sessions: SessionService,
    readonly conduct: ConductService,
  ) {}

  /** What it throws is told to the client as an `error`. */
  async obey(peer: WebSocketConnection, message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'subscribe':
        return this.subscribe(peer, { ...message, cursor: message.cursor ?? undefined }).catch((error: unknown) =>
          this.tell(peer, error, message.channel),
        );
      case 'unsubscribe':
        peer.unsubscribe(message.channel);
        this.sessions.drop(peer, message.channel);
        return peer.send({ type: 'unsubscribed', channel: message.channel });
      case 'resume':
        return this.resume(peer, message.session);
      case 'ack':
        return this.acknowledge(peer, message.channel, message.cursor);
      case 'auth':
        return peer.renew(message.token);
      case 'ping':
        return peer.send({ type: 'pong' });
      default:
        return this.router.handle(peer, message);
    }
  }

  left(peer: WebSocketConnection): void {
    this.router.left(peer);
    this.sessions.left(peer);
  }

  tell(peer: WebSocketConnection, error: unknown, channel?: string): void {
    const { code, message, details, row } = domainErrorOf(error);
    if (row.log === 'error') logger('websocket').error({ err: error }, 'a message was not handled');
    peer.send({
      type: 'error',
      code,
      message,
      ...(channel && { channel }),
      ...(details.length > 0 && { errors: details }),
    });
  }

  /** One that cannot go on is told as an error, and does not keep the others from it. */
  private async resume(peer: WebSocketConnection, session: string | undefined): Promise<void> {
    for (const kept of await this.sessions.resume(peer, session)) {
      await this.subscribe(peer, kept).catch((error: unknown) => this.tell(peer, error, kept.channel));
    }
  }

  /** Throws VALIDATION_FAILED where nothing is subscribed to, and CURSOR_INVALID. */
  private async acknowledge(peer: WebSocketConnection, name: string, cursor: string): Promise<void> {
    const following = peer.subscriptions.find((one) => one.name === name);
    if (!following) throw new DomainError('VALIDATION_FAILED', 'There is no subscription to this channel');
    await this.subscriptions.check(following, cursor);
    this.sessions.keep(peer, keptOf(following, cursor));
  }

  /** Subscribing to a name again starts it anew. */
  private async subscribe(peer: WebSocketConnection, wanted: Wanted): Promise<void> {
    const { channel: name } = wanted;
    const opened = await this.subscriptions.open(wanted, peer.caller);
    if (peer.isClosed) return;
    peer.unsubscribe(name);
    if (peer.subscriptions.length >= maxSubscriptions) throw tooMany();
    const following = this.subscriptions.follow(opened, peer, name);
    peer.subscribe(following);
    const { cursor } = opened.splice;
    peer.send({ type: 'subscribed', channel: name, cursor });
    if (opened.snapshot) peer.send({ type: 'snapshot', channel: name, cursor, events: opened.snapshot });
    this.sessions.keep(peer, keptOf(following, cursor));
    void this.subscriptions.run(following, opened).catch((error: unknown) => {
      if (peer.subscriptions.includes(following)) peer.unsubscribe(name);
      this.tell(peer, error, name);
    });
  }
}

const tooMany = () =>
  new DomainError('VALIDATION_FAILED', `A connection has at most ${maxSubscriptions} subscriptions`);

const keptOf = ({ name, filter }: Following, cursor: string): Kept => ({
  channel: name,
  cursor,
  ...(filter?.types && { types: [...filter.types] }),
});
