import { PubSub } from '@halftone/redis';
import { PollLoop } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ChatStore } from './chat.store';
import { ChatStream } from './chat-stream.service';

/** A message whose Redis notification was lost is found after this time. */
const POLL_MS = 1_000;

const redisChannel = 'halftone:chat-said';
const notification = z.object({ room: z.string() });

/**
 * Wakes the streams of a room on every replica after a new message. It is only a shortcut: streams read messages from the
 * table, and a poll finds rooms whose notification was lost. One subscription and one poll serve all rooms of the process.
 */
@Injectable()
export class ChatNotifier {
  private readonly streams = new Map<string, Set<ChatStream>>();
  /** Last sequence numbers at the previous poll. */
  private lastSeqs: ReadonlyMap<string, number> = new Map();
  private readonly polling = new PollLoop({ name: 'chat', everyMs: POLL_MS, run: () => this.poll() });
  private isClosing = false;

  constructor(
    private readonly store: ChatStore,
    private readonly pubSub: PubSub,
  ) {}

  /** The caller must call `end()` on the stream. */
  join(room: string): ChatStream {
    const stream = new ChatStream((ended) => this.leave(room, ended));
    const known = this.streams.get(room);
    if (known) known.add(stream);
    else this.streams.set(room, new Set([stream]));
    if (this.isClosing) stream.disconnect();
    return stream;
  }

  notify(room: string): void {
    this.wake(room);
    void this.pubSub.publish(redisChannel, { room });
  }

  start(): void {
    // Not awaited: without Redis, chats work with a delay of one second.
    void this.pubSub.subscribe(redisChannel, (message) => {
      const { data } = notification.safeParse(message);
      if (data) this.wake(data.room);
    });
    this.polling.start();
  }

  private wake(room: string): void {
    for (const stream of this.streams.get(room) ?? []) stream.wake.signal();
  }

  private async poll(): Promise<void> {
    if (this.streams.size === 0) return;
    const before = this.lastSeqs;
    this.lastSeqs = await this.store.lastSeqs([...this.streams.keys()]);
    for (const [room, seq] of this.lastSeqs) if (seq !== before.get(room)) this.wake(room);
  }

  private leave(room: string, stream: ChatStream): void {
    const known = this.streams.get(room);
    known?.delete(stream);
    if (known?.size === 0) this.streams.delete(room);
  }

  /** Disconnects all streams, and those that join later. */
  async close(): Promise<void> {
    this.isClosing = true;
    for (const stream of [...this.streams.values()].flatMap((known) => [...known])) stream.disconnect();
    await this.polling.stop();
  }
}
