import type { notificationsV1 } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import { gauge } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { NOTIFICATIONS, type NotificationsClient } from '../clients';
import type { ClientMessage } from '../message/client-message.schema';
import type { MessageHandler, Peer } from '../message/message.handler';
import { MessageRouter } from '../message/message.router';
import type { ServerMessage } from '../message/server-message';
import { ChatLink } from './chat.link';
import { PresenceService } from './presence.service';

const types = ['chat.join', 'chat.leave', 'chat.send', 'chat.typing'] as const;

type ChatMessage = Extract<ClientMessage, { type: (typeof types)[number] }>;

interface Seat {
  link: ChatLink;
  /** The room has let it in. */
  isIn: boolean;
  typedAt: number;
}

const MOST_ROOMS = 16;
/** Of what is typed in between nobody hears. */
const TYPING_MS = 1_000;

const seats = gauge('realtime_chat_seats', 'Clients in chat rooms: one for each client and room');

/**
 * Chat rooms: what is said comes from and goes to the notifications service, which keeps it and says who may enter; who is there and who
 * types passes between replicas by Redis.
 */
@Injectable()
export class ChatService implements MessageHandler<ChatMessage['type']>, OnModuleInit {
  readonly types = types;
  private readonly seats = new Map<Peer, Map<string, Seat>>();

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
        return this.seatOf(peer, message.room).link.say(message.text, message.clientId);
      case 'chat.typing':
        return this.typing(peer, message.room);
      default:
        return message satisfies never;
    }
  }

  left(peer: Peer): void {
    for (const room of [...(this.seats.get(peer)?.keys() ?? [])]) this.leave(peer, room);
  }

  /** Answered later, when the room lets it in or not. Joining again begins anew. */
  private join(peer: Peer, room: string, after: number): void {
    this.leave(peer, room);
    const rooms = this.seats.get(peer) ?? new Map<string, Seat>();
    if (rooms.size >= MOST_ROOMS)
      throw new DomainError('VALIDATION_FAILED', `A connection is in at most ${MOST_ROOMS} rooms`);
    const link = new ChatLink(this.client, peer, room, after, {
      joined: (lastSeq) => this.enter(peer, room, seat, lastSeq),
      said: (message) => peer.send(shown(message)),
      refused: (clientId, error) => peer.send(errorOf(room, error, [{ path: 'clientId', message: clientId }])),
      ended: (error) => {
        this.leave(peer, room);
        peer.send(errorOf(room, error));
      },
    });
    const seat: Seat = { link, isIn: false, typedAt: 0 };
    this.seats.set(peer, rooms.set(room, seat));
    seats.inc();
    void link.run();
  }

  private async enter(peer: Peer, room: string, seat: Seat, lastSeq: number): Promise<void> {
    const members = await this.presence.enter(room, peer);
    if (this.seats.get(peer)?.get(room) !== seat) return this.presence.leave(room, peer);
    seat.isIn = true;
    peer.send({ type: 'chat.joined', room, members, lastSeq });
  }

  private leave(peer: Peer, room: string): void {
    const rooms = this.seats.get(peer);
    const seat = rooms?.get(room);
    if (!rooms || !seat) return;
    rooms.delete(room);
    if (rooms.size === 0) this.seats.delete(peer);
    seats.dec();
    seat.link.leave();
    if (seat.isIn) void this.presence.leave(room, peer);
  }

  private typing(peer: Peer, room: string): void {
    const seat = this.seatOf(peer, room);
    const now = Date.now();
    if (!seat.isIn || now - seat.typedAt < TYPING_MS) return;
    seat.typedAt = now;
    this.presence.typing(room, peer);
  }

  private seatOf(peer: Peer, room: string): Seat {
    const seat = this.seats.get(peer)?.get(room);
    if (seat) return seat;
    throw new DomainError('VALIDATION_FAILED', `Join ${room} first`);
  }
}

const shown = ({ time, ...message }: notificationsV1.ChatMessage): ServerMessage => ({
  type: 'chat.message',
  ...message,
  time: (time ?? new Date(0)).toISOString(),
});

const errorOf = (
  channel: string,
  { code, message }: DomainError,
  errors?: readonly { path: string; message: string }[],
): ServerMessage => ({ type: 'error', code, message, channel, ...(errors && { errors }) });
