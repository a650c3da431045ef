import { randomUUID } from 'node:crypto';
import { PubSub, Roster } from '@halftone/redis';
import { logger, PollLoop } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CONFIG, type RealtimeConfig } from '../../config';
import type { Peer } from '../../message/message-router.service';
import { customersOf, memberOf } from './presence';
import { PresenceRoom } from './presence-room.service';

const channelOf = (room: string): string => `halftone:chat:${room}`;

const presenceMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('changed'), by: z.string() }),
  z.object({ type: z.literal('typing'), by: z.string(), customer: z.string() }),
]);

/**
 * Who is in which room and who types there, at all replicas. Each process keeps its own customers on the roster, and publishes changes.
 * Every third of the time to live it renews its entries and reads the roster. So the customers of a crashed process disappear,
 * and data that Redis lost is restored. While Redis is down each process knows its own customers and those it knew before.
 */
@Injectable()
export class PresenceService {
  private readonly instance = randomUUID();
  private readonly rooms = new Map<string, PresenceRoom>();
  private readonly ttlMs: number;
  private readonly sweeping: PollLoop;

  constructor(
    @Inject(CONFIG) config: RealtimeConfig,
    private readonly roster: Roster,
    private readonly pubSub: PubSub,
  ) {
    this.ttlMs = config.REALTIME_PRESENCE_SECONDS * 1_000;
    this.sweeping = new PollLoop({ name: 'realtime.presence', everyMs: this.ttlMs / 3, run: () => this.sweep() });
  }

  start(): void {
    this.sweeping.start();
  }

  async stop(): Promise<void> {
    await this.sweeping.stop();
  }

  /** Returns the present customers, including the new one. */
  async enter(name: string, peer: Peer): Promise<readonly string[]> {
    const room = this.rooms.get(name) ?? this.open(name);
    const isNew = room.add(peer);
    if (isNew) await this.roster.put([this.entry(name, peer.principal.customer)], this.ttlMs);
    await room.refresh();
    if (isNew) this.publish(name, { type: 'changed' });
    return room.listen(peer);
  }

  async leave(name: string, peer: Peer): Promise<void> {
    const room = this.rooms.get(name);
    if (!room?.remove(peer)) return;
    if (room.isEmpty) this.close(name, room);
    await this.roster.remove(this.entry(name, peer.principal.customer));
    await room.refresh();
    this.publish(name, { type: 'changed' });
  }

  typing(name: string, { principal: { customer } }: Peer): void {
    this.rooms.get(name)?.typing(customer);
    this.publish(name, { type: 'typing', customer });
  }

  private open(name: string): PresenceRoom {
    const room = new PresenceRoom(name, async () => {
      const members = await this.roster.list(name);
      return members && customersOf(members);
    });
    this.rooms.set(name, room);
    const onMessage = (message: unknown) => this.receive(room, message);
    // Not awaited: without Redis, customers at the same replica still see each other.
    room.subscription = this.pubSub.subscribe(channelOf(name), onMessage);
    return room;
  }

  private close(name: string, { subscription }: PresenceRoom): void {
    this.rooms.delete(name);
    void subscription?.then((end) => end());
  }

  private receive(room: PresenceRoom, message: unknown): void {
    const { data, error } = presenceMessage.safeParse(message);
    if (error) return logger('presence').warn('an invalid message was dropped');
    if (data.by === this.instance) return;
    if (data.type === 'typing') room.typing(data.customer);
    // The next sweep reads the roster again.
    else
      room
        .refresh()
        .catch((err: unknown) => logger('presence').warn({ err }, 'the roster of a room could not be read'));
  }

  private publish(name: string, message: { type: 'changed' } | { type: 'typing'; customer: string }): void {
    void this.pubSub.publish(channelOf(name), { ...message, by: this.instance });
  }

  private entry(room: string, customer: string) {
    return { room, member: memberOf(this.instance, customer) };
  }

  private async sweep(): Promise<void> {
    const entries = [...this.rooms].flatMap(([name, { own }]) => own.map((customer) => this.entry(name, customer)));
    await this.roster.put(entries, this.ttlMs);
    await Promise.all([...this.rooms.values()].map((room) => room.refresh()));
  }
}
