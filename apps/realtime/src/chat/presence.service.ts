import { randomUUID } from 'node:crypto';
import { PubSub, Roster } from '@halftone/redis';
import { Lifecycle, logger } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { CONFIG, type RealtimeConfig } from '../config';
import type { Peer } from '../message/message.handler';
import { customersOf, memberOf } from './presence';
import { PresenceRoom } from './presence.room';

const channelOf = (room: string): string => `halftone:chat:${room}`;

const passing = z.discriminatedUnion('type', [
  z.object({ type: z.literal('changed'), by: z.string() }),
  z.object({ type: z.literal('typing'), by: z.string(), customer: z.string() }),
]);

/**
 * Who is in which room and who types there, over all replicas. Each process keeps its own people on the roster, tells the others when that
 * changes, and looks at the roster itself every third of the time after which it forgets: so the people of a process that died vanish, and
 * whatever Redis lost is put right. Passing: while Redis is away each process knows of its own people and of whom it knew before.
 */
@Injectable()
export class PresenceService {
  private readonly instance = randomUUID();
  private readonly rooms = new Map<string, PresenceRoom>();
  private readonly ttlMs: number;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) config: RealtimeConfig,
    private readonly roster: Roster,
    private readonly pubSub: PubSub,
    lifecycle: Lifecycle,
  ) {
    this.ttlMs = config.REALTIME_PRESENCE_SECONDS * 1_000;
    lifecycle.onStart('serve', 'presence', async () => {
      this.timer = setInterval(() => void this.sweep(), this.ttlMs / 3).unref();
    });
    lifecycle.onStop('flush', 'presence', async () => clearInterval(this.timer));
  }

  /** Who is there now, the one who enters included. */
  async enter(name: string, peer: Peer): Promise<readonly string[]> {
    const room = this.rooms.get(name) ?? this.open(name);
    const isNew = room.add(peer);
    if (isNew) await this.roster.put([this.entry(name, peer.principal.customer)], this.ttlMs);
    await room.refresh();
    if (isNew) this.tell(name, { type: 'changed' });
    return room.listen(peer);
  }

  async leave(name: string, peer: Peer): Promise<void> {
    const room = this.rooms.get(name);
    if (!room?.remove(peer)) return;
    if (room.isEmpty) this.close(name, room);
    await this.roster.remove(this.entry(name, peer.principal.customer));
    await room.refresh();
    this.tell(name, { type: 'changed' });
  }

  typing(name: string, { principal: { customer } }: Peer): void {
    this.rooms.get(name)?.typing(customer);
    this.tell(name, { type: 'typing', customer });
  }

  private open(name: string): PresenceRoom {
    const room = new PresenceRoom(name, async () => {
      const members = await this.roster.list(name);
      return members && customersOf(members);
    });
    this.rooms.set(name, room);
    const heard = (message: unknown) => this.hear(room, message);
    // Not awaited: without Redis people still meet those on the same replica.
    room.subscription = this.pubSub.subscribe(channelOf(name), heard);
    return room;
  }

  private close(name: string, { subscription }: PresenceRoom): void {
    this.rooms.delete(name);
    void subscription?.then((end) => end());
  }

  private hear(room: PresenceRoom, message: unknown): void {
    const { data, error } = passing.safeParse(message);
    if (error) return logger('presence').warn('a message of unknown shape was dropped');
    if (data.by === this.instance) return;
    if (data.type === 'typing') room.typing(data.customer);
    else void room.refresh();
  }

  private tell(name: string, message: { type: 'changed' } | { type: 'typing'; customer: string }): void {
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
