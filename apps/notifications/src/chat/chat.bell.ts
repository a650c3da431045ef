import { PubSub } from '@halftone/redis';
import { Complaint, Lifecycle, logger, reasonOf } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ChatStore } from './chat.store';
import { Visit } from './chat.visit';

/** What Redis lost is found in the table after this long. */
const SWEEP_MS = 1_000;

const channel = 'halftone:chat-said';
const poke = z.object({ room: z.string() });

/**
 * Tells everybody who is in a room, on every replica, that something was said there. Only a shortcut: what was said is read from the
 * table, and a sweep looks there for rooms whose ring was lost. One subscription and one sweep serve all rooms of the process.
 */
@Injectable()
export class ChatBell {
  private readonly visits = new Map<string, Set<Visit>>();
  /** As of the last sweep. */
  private lastSeqs: ReadonlyMap<string, number> = new Map();
  private readonly complaint = new Complaint();
  private timer: NodeJS.Timeout | undefined;
  private isClosing = false;

  constructor(
    private readonly store: ChatStore,
    private readonly pubSub: PubSub,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('serve', 'chat', async () => this.start());
    // Before gRPC drains: it waits for calls to end, and these end only when told.
    lifecycle.onStop('refuse', 'chat', async () => this.close());
  }

  /** End the visit when it is over. */
  enter(room: string): Visit {
    const visit = new Visit((ended) => this.leave(room, ended));
    const known = this.visits.get(room);
    if (known) known.add(visit);
    else this.visits.set(room, new Set([visit]));
    if (this.isClosing) visit.sendAway();
    return visit;
  }

  ring(room: string): void {
    this.signal(room);
    void this.pubSub.publish(channel, { room });
  }

  private start(): void {
    // Not awaited: chats go on without Redis, a second late.
    void this.pubSub.subscribe(channel, (message) => {
      const { data } = poke.safeParse(message);
      if (data) this.signal(data.room);
    });
    const sweep = () => this.sweep().catch((error: unknown) => this.complain(error));
    this.timer = setInterval(() => void sweep(), SWEEP_MS).unref();
  }

  private signal(room: string): void {
    for (const visit of this.visits.get(room) ?? []) visit.wake.signal();
  }

  private async sweep(): Promise<void> {
    if (this.visits.size === 0) return;
    const before = this.lastSeqs;
    this.lastSeqs = await this.store.lastSeqs([...this.visits.keys()]);
    for (const [room, seq] of this.lastSeqs) if (seq !== before.get(room)) this.signal(room);
  }

  private leave(room: string, visit: Visit): void {
    const known = this.visits.get(room);
    known?.delete(visit);
    if (known?.size === 0) this.visits.delete(room);
  }

  private close(): void {
    this.isClosing = true;
    clearInterval(this.timer);
    for (const visit of [...this.visits.values()].flatMap((known) => [...known])) visit.sendAway();
  }

  private complain(error: unknown): void {
    const reason = reasonOf(error);
    if (this.complaint.isDue(reason)) logger('chat').warn({ reason }, 'rooms were not looked at; trying again');
  }
}
