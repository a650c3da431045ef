import { DomainError } from '@halftone/kernel';
import { domainErrorOf, logger } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import type { ClientMessage } from '../message/client-message.schema';
import { MessageRouter, type Peer } from '../message/message-router.service';
import { type ClientIdentity, ClientIdentityService } from '../access/client-identity.service';
import type { ChannelSubscription, Sink } from '../fanout/channel-subscription';
import { SubscriptionService, type SubscriptionRequest } from '../fanout/subscription.service';
import { SessionService } from '../features/session/session.service';
import type { SessionSubscription } from '../features/session/session.store';
import { MessageLimiter } from '../access/message-limiter.service';
import { ConnectionsService } from './connections.service';

const maxSubscriptions = 32;

/** The part of a connection that its messages use: its subscriptions and their sink. */
export interface SubscribingPeer extends Peer, Sink {
  readonly identity: ClientIdentity | undefined;
  readonly isClosed: boolean;
  readonly subscriptions: readonly ChannelSubscription[];
  subscribe(subscription: ChannelSubscription): void;
  /** Does nothing for an unknown name. */
  unsubscribe(name: string): void;
  /** Throws like `ClientIdentityService.renew`. */
  renew(token: string): Promise<void>;
}

/** Handles the messages of a WebSocket: subscriptions here, everything else by its feature. */
@Injectable()
export class ConversationService {
  constructor(
    readonly connections: ConnectionsService,
    private readonly subscriptions: SubscriptionService,
    private readonly router: MessageRouter,
    private readonly sessions: SessionService,
    readonly limiter: MessageLimiter,
    readonly identities: ClientIdentityService,
  ) {}

  /** An error that it throws is sent to the client. */
  async handle(peer: SubscribingPeer, message: ClientMessage): Promise<void> {
    switch (message.type) {
      case 'subscribe':
        return this.subscribe(peer, { ...message, cursor: message.cursor ?? undefined }).catch((error: unknown) =>
          this.sendError(peer, error, message.channel),
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

  left(peer: SubscribingPeer): void {
    this.router.left(peer);
    this.sessions.left(peer);
  }

  sendError(peer: SubscribingPeer, error: unknown, channel?: string): void {
    const { code, message, details, row } = domainErrorOf(error);
    if (row.log === 'error') logger('websocket').error({ err: error }, 'a message failed');
    peer.send({
      type: 'error',
      code,
      message,
      ...(channel && { channel }),
      ...(details.length > 0 && { errors: details }),
    });
  }

  /** A subscription that cannot be resumed gives an error; the others resume. */
  private async resume(peer: SubscribingPeer, session: string | undefined): Promise<void> {
    for (const kept of await this.sessions.resume(peer, session)) {
      await this.subscribe(peer, kept).catch((error: unknown) => this.sendError(peer, error, kept.channel));
    }
  }

  /** Throws VALIDATION_FAILED without a subscription, and CURSOR_INVALID. */
  private async acknowledge(peer: SubscribingPeer, name: string, cursor: string): Promise<void> {
    const subscription = peer.subscriptions.find((one) => one.name === name);
    if (!subscription) throw new DomainError('VALIDATION_FAILED', 'There is no subscription to this channel');
    await this.subscriptions.check(subscription, cursor);
    this.sessions.keep(peer, sessionSubscriptionOf(subscription, cursor));
  }

  /** A second subscription to a name replaces the first. */
  private async subscribe(peer: SubscribingPeer, request: SubscriptionRequest): Promise<void> {
    const { channel: name } = request;
    const opened = await this.subscriptions.open(request, peer.identity);
    if (peer.isClosed) return;
    peer.unsubscribe(name);
    if (peer.subscriptions.length >= maxSubscriptions) throw tooMany();
    const subscription = this.subscriptions.follow(opened, peer, name);
    peer.subscribe(subscription);
    const { cursor } = opened.catchUp;
    peer.send({ type: 'subscribed', channel: name, cursor });
    if (opened.snapshot) peer.send({ type: 'snapshot', channel: name, cursor, events: opened.snapshot });
    this.sessions.keep(peer, sessionSubscriptionOf(subscription, cursor));
    void this.subscriptions.run(subscription, opened).catch((error: unknown) => {
      if (peer.subscriptions.includes(subscription)) peer.unsubscribe(name);
      this.sendError(peer, error, name);
    });
  }
}

const tooMany = () =>
  new DomainError('VALIDATION_FAILED', `A connection has at most ${maxSubscriptions} subscriptions`);

const sessionSubscriptionOf = ({ name, filter }: ChannelSubscription, cursor: string): SessionSubscription => ({
  channel: name,
  cursor,
  ...(filter?.types && { types: [...filter.types] }),
});
