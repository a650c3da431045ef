import { createHash, randomUUID } from 'node:crypto';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { validationError } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { TokenBucket } from '../admission/token-bucket';
import { CONFIG, type RealtimeConfig } from '../config';
import type { ClientMessage } from '../message/client-message.schema';
import type { MessageHandler, Peer } from '../message/message.handler';
import { MessageRouter } from '../message/message.router';
import { IceServers } from './ice-servers.service';
import { entryOf, isPolite, peerIdOf } from './rtc';
import { signal as signalSchema } from './rtc.schema';
import type { RoomMessage, Seat } from './rtc-room';
import { RtcRooms } from './rtc-rooms.service';

type RtcMessage = Extract<ClientMessage, { type: `rtc.${string}` }>;
type Message<Type extends RtcMessage['type']> = Extract<RtcMessage, { type: Type }>;

/** Rooms one connection may be in. */
const maxRooms = 4;
/** As the wire limits the name that a signal is sent to. */
const maxPeerId = 64;
/** A browser says all it knows at once when a call begins. */
const burstSeconds = 4;

/** What this process knows of one connection that signals. */
interface Caller {
  seats: Map<string, Seat>;
  bucket: TokenBucket;
}

/**
 * WebRTC signalling: rooms in which browsers find each other and exchange what RTCPeerConnection hands out. Nothing of a call itself
 * passes here, so a call goes on while no replica is there. What one peer sends another arrives in order and numbered from 1; a number
 * that is missing was lost with a process or with Redis, and the one who misses it begins a new exchange.
 */
@Injectable()
export class RtcService implements MessageHandler<RtcMessage['type']>, OnModuleInit {
  readonly types = ['rtc.join', 'rtc.leave', 'rtc.signal', 'rtc.turn'] as const;
  private readonly callers = new Map<Peer, Caller>();

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly router: MessageRouter,
    private readonly rooms: RtcRooms,
    private readonly iceServers: IceServers,
  ) {}

  onModuleInit(): void {
    this.router.register(this);
  }

  handle(peer: Peer, message: RtcMessage): Promise<void> | void {
    switch (message.type) {
      case 'rtc.join':
        return this.join(peer, message);
      case 'rtc.leave':
        return this.leave(peer, message);
      case 'rtc.signal':
        return this.signal(peer, message);
      case 'rtc.turn':
        return this.turn(peer, message);
    }
  }

  /** Before the messages of the connection that are still being handled. */
  left(peer: Peer): void {
    const seats = this.callers.get(peer)?.seats;
    this.callers.delete(peer);
    for (const [room, { member }] of seats ?? []) this.rooms.vacate(room, member);
  }

  private async join(peer: Peer, { room, peer: name }: Message<'rtc.join'>): Promise<void> {
    assertEntry(room, peer);
    const { customer } = peer.principal;
    const { seats } = this.callerOf(peer);
    if (!seats.has(room) && seats.size >= maxRooms) {
      throw new DomainError('RATE_LIMITED', `One connection may be in ${maxRooms} rooms`);
    }
    const id = peerIdOf(markOf(customer), name ?? randomUUID().slice(-12));
    if (id.length > maxPeerId) throw new DomainError('VALIDATION_FAILED', 'The name of the peer is too long');
    const early: RoomMessage[] = [];
    const seat: Seat = {
      member: { peer: id, customer, at: uuidv7() },
      sent: new Map(),
      tell: (news: RoomMessage) => early.push(news),
    };
    const others = await this.rooms.enter(room, seat);
    if (!this.callers.has(peer)) return this.rooms.vacate(room, seat.member);
    const peers = others.map((other) => ({
      peer: other.peer,
      customer: other.customer,
      polite: isPolite(id, other.peer),
    }));
    peer.send({ type: 'rtc.joined', room, peer: id, peers, iceServers: this.iceServers.of(customer) });
    seat.tell = (news) => peer.send(news);
    for (const news of early) if (news.type === 'rtc.signal') peer.send(news);
    const before = seats.get(room);
    seats.set(room, seat);
    if (before && before.member.peer !== id) await this.rooms.leave(room, before);
  }

  private async leave(peer: Peer, { room }: Message<'rtc.leave'>): Promise<void> {
    const seat = this.callers.get(peer)?.seats.get(room);
    this.callers.get(peer)?.seats.delete(room);
    if (seat) await this.rooms.leave(room, seat);
  }

  private async signal(peer: Peer, { room, peer: to, description, candidate }: Message<'rtc.signal'>): Promise<void> {
    const caller = this.callerOf(peer);
    if (caller.bucket.take(performance.now()) > 0)
      throw new DomainError('RATE_LIMITED', 'Too many signals; wait a second');
    const seat = this.seated(peer, room);
    const { data, error } = signalSchema.safeParse({ description, candidate });
    if (error) throw validationError(error.issues);
    await this.rooms.relay(room, seat, to, data);
  }

  private turn(peer: Peer, { room }: Message<'rtc.turn'>): void {
    const { customer } = this.seated(peer, room).member;
    peer.send({ type: 'rtc.servers', room, iceServers: this.iceServers.of(customer) });
  }

  /** Only of who is in the room is anything passed on; a seat that the same peer took at another connection is lost. */
  private seated(peer: Peer, room: string): Seat {
    const seat = this.callers.get(peer)?.seats.get(room);
    if (seat && this.rooms.seatOf(room, seat.member.peer) === seat) return seat;
    throw new DomainError('FORBIDDEN', `Join ${room} first`);
  }

  private callerOf(peer: Peer): Caller {
    const known = this.callers.get(peer);
    if (known) return known;
    const { REALTIME_RTC_SIGNALS_PER_SECOND: perSecond } = this.config;
    const bucket = new TokenBucket(perSecond, burstSeconds * perSecond);
    const caller = { seats: new Map<string, Seat>(), bucket };
    this.callers.set(peer, caller);
    return caller;
  }
}

function assertEntry(room: string, { principal }: Peer): void {
  switch (entryOf(room, principal)) {
    case 'allowed':
      return;
    case 'forbidden':
      throw new DomainError('FORBIDDEN', `${room} is not yours`);
    case 'unknown':
      throw new DomainError('ROOM_NOT_FOUND', 'Calls are held in call:ID and support:NAME');
  }
}

/** Tells customers apart, whatever characters and length their names have. */
const markOf = (customer: string): string => createHash('sha256').update(customer).digest('base64url').slice(0, 12);
