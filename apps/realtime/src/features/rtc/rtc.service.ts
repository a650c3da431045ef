import { createHash, randomUUID } from 'node:crypto';
import { DomainError, uuidv7 } from '@halftone/kernel';
import { validationError } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { TokenBucket } from '../../access/token-bucket';
import { CONFIG, type RealtimeConfig } from '../../config';
import type { ClientMessage } from '../../message/client-message.schema';
import { type MessageHandler, MessageRouter, type Peer } from '../../message/message-router.service';
import { IceServers } from './ice-servers.service';
import { entryOf, isPolite, peerIdOf } from './rtc';
import { signal as signalSchema } from './rtc.schema';
import type { RoomMessage, Participant } from './rtc-room';
import { RtcRooms } from './rtc-rooms.service';

type RtcMessage = Extract<ClientMessage, { type: `rtc.${string}` }>;
type Message<Type extends RtcMessage['type']> = Extract<RtcMessage, { type: Type }>;

/** The most rooms of one connection. */
const maxRooms = 4;
/** The message schema limits peer ids to this length. */
const maxPeerId = 64;
/** A browser sends a burst of candidates at the start of a call. */
const burstSeconds = 4;

/** The signalling state of one connection. */
interface SignallingState {
  participants: Map<string, Participant>;
  bucket: TokenBucket;
}

/**
 * WebRTC signalling: rooms in which browsers find each other and exchange the messages of RTCPeerConnection. Media does not pass here,
 * so a call continues without any replica. Signals from one peer to another arrive in order, numbered from 1. A missing number
 * was lost with a process or with Redis; the receiver then starts a new exchange.
 */
@Injectable()
export class RtcService implements MessageHandler<RtcMessage['type']>, OnModuleInit {
  readonly types = ['rtc.join', 'rtc.leave', 'rtc.signal', 'rtc.turn'] as const;
  private readonly states = new Map<Peer, SignallingState>();

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

  /** Called before pending messages of the connection have been handled. */
  left(peer: Peer): void {
    const participants = this.states.get(peer)?.participants;
    this.states.delete(peer);
    for (const [room, { member }] of participants ?? []) this.rooms.vacate(room, member);
  }

  private async join(peer: Peer, { room, peer: name }: Message<'rtc.join'>): Promise<void> {
    assertEntry(room, peer);
    const { customer } = peer.principal;
    const { participants } = this.stateOf(peer);
    if (!participants.has(room) && participants.size >= maxRooms) {
      throw new DomainError('RATE_LIMITED', `One connection may be in ${maxRooms} rooms`);
    }
    const id = peerIdOf(markOf(customer), name ?? randomUUID().slice(-12));
    if (id.length > maxPeerId) throw new DomainError('VALIDATION_FAILED', 'The peer name is too long');
    const early: RoomMessage[] = [];
    const participant: Participant = {
      member: { peer: id, customer, at: uuidv7() },
      sent: new Map(),
      send: (message: RoomMessage) => early.push(message),
    };
    const others = await this.rooms.enter(room, participant);
    if (!this.states.has(peer)) return this.rooms.vacate(room, participant.member);
    const peers = others.map((other) => ({
      peer: other.peer,
      customer: other.customer,
      polite: isPolite(id, other.peer),
    }));
    peer.send({ type: 'rtc.joined', room, peer: id, peers, iceServers: this.iceServers.of(customer) });
    participant.send = (message) => peer.send(message);
    for (const message of early) if (message.type === 'rtc.signal') peer.send(message);
    const before = participants.get(room);
    participants.set(room, participant);
    if (before && before.member.peer !== id) await this.rooms.leave(room, before);
  }

  private async leave(peer: Peer, { room }: Message<'rtc.leave'>): Promise<void> {
    const participant = this.states.get(peer)?.participants.get(room);
    this.states.get(peer)?.participants.delete(room);
    if (participant) await this.rooms.leave(room, participant);
  }

  private async signal(peer: Peer, { room, peer: to, description, candidate }: Message<'rtc.signal'>): Promise<void> {
    const state = this.stateOf(peer);
    if (state.bucket.take(performance.now()) > 0)
      throw new DomainError('RATE_LIMITED', 'Too many signals; wait a second');
    const participant = this.requireParticipant(peer, room);
    const { data, error } = signalSchema.safeParse({ description, candidate });
    if (error) throw validationError(error.issues);
    await this.rooms.relay(room, participant, to, data);
  }

  private turn(peer: Peer, { room }: Message<'rtc.turn'>): void {
    const { customer } = this.requireParticipant(peer, room).member;
    peer.send({ type: 'rtc.servers', room, iceServers: this.iceServers.of(customer) });
  }

  /** Only a participant of the room can send signals. A newer connection of the same peer replaces the participant. */
  private requireParticipant(peer: Peer, room: string): Participant {
    const participant = this.states.get(peer)?.participants.get(room);
    if (participant && this.rooms.participantOf(room, participant.member.peer) === participant) return participant;
    throw new DomainError('FORBIDDEN', `Join ${room} first`);
  }

  private stateOf(peer: Peer): SignallingState {
    const known = this.states.get(peer);
    if (known) return known;
    const { REALTIME_RTC_SIGNALS_PER_SECOND: perSecond } = this.config;
    const bucket = new TokenBucket(perSecond, burstSeconds * perSecond);
    const state = { participants: new Map<string, Participant>(), bucket };
    this.states.set(peer, state);
    return state;
  }
}

function assertEntry(room: string, { principal }: Peer): void {
  switch (entryOf(room, principal)) {
    case 'allowed':
      return;
    case 'forbidden':
      throw new DomainError('FORBIDDEN', `${room} belongs to another customer`);
    case 'unknown':
      throw new DomainError('ROOM_NOT_FOUND', 'Calls use the rooms call:ID and support:NAME');
  }
}

/** A short identifier of a customer, for any characters and length of the name. */
const markOf = (customer: string): string => createHash('sha256').update(customer).digest('base64url').slice(0, 12);
