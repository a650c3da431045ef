import type { notificationsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { gauge } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { NOTIFICATIONS, type NotificationsClient } from '../../clients';
import type { ClientMessage } from '../../message/client-message.schema';
import { type MessageHandler, MessageRouter, type Peer } from '../../message/message-router.service';
import type { ServerMessage } from '../../message/server-message';
import { ChatLink } from './chat-link.service';
import { PresenceService } from './presence.service';

const types = ['chat.join', 'chat.leave', 'chat.send', 'chat.typing'] as const;

type ChatMessage = Extract<ClientMessage, { type: (typeof types)[number] }>;

interface Membership {
  link: ChatLink;
  /** The service has admitted it to the room. */
  isJoined: boolean;
  typedAt: number;
}

const MAX_ROOMS = 16;
/** The minimum interval of typing messages. */
const TYPING_MS = 1_000;

const memberships = gauge('realtime_chat_seats', 'Memberships of clients in chat rooms');

/**
 * Chat rooms. The notifications service stores the messages and decides who may enter. Presence and typing go through Redis.
 */
@Injectable()
export class ChatService implements MessageHandler<ChatMessage['type']>, OnModuleInit {
  readonly types = types;
  private readonly memberships = new Map<Peer, Map<string, Membership>>();

  constructor(
    private readonly router: MessageRouter,
    private readonly presence: PresenceService,
    @Inject(NOTIFICATIONS) private readonly client: NotificationsClient,
  ) {}

  onModuleInit(): void {
    this.router.register(this);
  }

  handle(peer: Peer, message: ChatMessage): void {
    switch (message.type) {
      case 'chat.join':
        return this.join(peer, message.room, message.after);
      case 'chat.leave':
        return this.leave(peer, message.room);
      case 'chat.send':
        return this.membershipOf(peer, message.room).link.send(message.text, message.clientId);
      case 'chat.typing':
        return this.typing(peer, message.room);
      default:
        return message satisfies never;
    }
  }

  left(peer: Peer): void {
    for (const room of [...(this.memberships.get(peer)?.keys() ?? [])]) this.leave(peer, room);
  }

  /** The answer follows when the service has admitted or refused the client. Joining again starts over. */
  private join(peer: Peer, room: string, after: number): void {
    this.leave(peer, room);
    const rooms = this.memberships.get(peer) ?? new Map<string, Membership>();
    if (rooms.size >= MAX_ROOMS)
      throw new DomainError('VALIDATION_FAILED', `A connection is in at most ${MAX_ROOMS} rooms`);
    const link = new ChatLink(this.client, peer, room, after, {
      joined: (lastSeq) => this.enter(peer, room, membership, lastSeq),
      message: (message) => peer.send(toServerMessage(message)),
      refused: (clientId, error) => peer.send(errorOf(room, error, [{ path: 'clientId', message: clientId }])),
      unavailable: () => peer.send(errorOf(room, chatUnavailable())),
      ended: (error) => {
        this.leave(peer, room);
        peer.send(errorOf(room, error));
      },
    });
    const membership: Membership = { link, isJoined: false, typedAt: 0 };
    this.memberships.set(peer, rooms.set(room, membership));
    memberships.inc();
    void link.run();
  }

  private async enter(peer: Peer, room: string, membership: Membership, lastSeq: number): Promise<void> {
    const members = await this.presence.enter(room, peer);
    if (this.memberships.get(peer)?.get(room) !== membership) return this.presence.leave(room, peer);
    membership.isJoined = true;
    peer.send({ type: 'chat.joined', room, members, lastSeq });
  }

  private leave(peer: Peer, room: string): void {
    const rooms = this.memberships.get(peer);
    const membership = rooms?.get(room);
    if (!rooms || !membership) return;
    rooms.delete(room);
    if (rooms.size === 0) this.memberships.delete(peer);
    memberships.dec();
    membership.link.leave();
    if (membership.isJoined) void this.presence.leave(room, peer);
  }

  private typing(peer: Peer, room: string): void {
    const membership = this.membershipOf(peer, room);
    const now = Date.now();
    if (!membership.isJoined || now - membership.typedAt < TYPING_MS) return;
    membership.typedAt = now;
    this.presence.typing(room, peer);
  }

  private membershipOf(peer: Peer, room: string): Membership {
    const membership = this.memberships.get(peer)?.get(room);
    if (membership) return membership;
    throw new DomainError('VALIDATION_FAILED', `Join ${room} first`);
  }
}

const chatUnavailable = () =>
  new DomainError(
    'UNAVAILABLE',
    'Chat is not available now; on this connection you need not join or send anything again',
  );

const toServerMessage = ({ time, ...message }: notificationsV1.ChatMessage): ServerMessage => ({
  type: 'chat.message',
  ...message,
  time: (time ?? new Date(0)).toISOString(),
});

const errorOf = (
  channel: string,
  { code, message }: DomainError,
  errors?: readonly { path: string; message: string }[],
): ServerMessage => ({ type: 'error', code, message, channel, ...(errors && { errors }) });
