import { setTimeout as sleep } from 'node:timers/promises';
import { counter, logger } from '@halftone/service';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** `number` increases along the stream, with or without gaps. `content` is JSON. */
export interface Numbered {
  number: number;
  content: unknown;
}

interface BroadcastListener {
  /**
   * Every message after this number is delivered from now on. A second call means that messages before it may be
   * missing.
   */
  begin(number: number): void;
  take(message: Numbered): void;
}

const wire = z.object({ number: z.int(), after: z.int().nullable(), content: z.unknown() });
type Sent = z.output<typeof wire>;

const losses = counter('broadcast_losses_total', 'Times that messages of a stream over Pub/Sub may be missing here');

/** The most messages that are buffered until the head is known; beyond that the oldest are lost. */
export const maxWaiting = 1_000;

/** The pause in ms before the head is read again. */
const retryMs = 200;

/**
 * An ordered stream over Pub/Sub: to all current listeners, in the order of its one publisher, without history. Redis
 * stores only the head, the number of the last message, so a new listener knows its start.
 *
 * A message that is published while Redis or the listener's connection is down is lost to that listener. Every
 * message names its predecessor, and each new connection begins again. So a listener learns of a loss (`begin`) with
 * the next message at the latest.
 */
export class Broadcast {
  /** The last published number per stream; whether it arrived is not known. */
  private readonly published = new Map<string, number>();

  constructor(
    private readonly commands: Redis,
    private readonly subscriber: Redis,
  ) {}

  /** Resolves when Redis has the messages, or is known to be unreachable and they are lost; never rejects. */
  async publish(name: string, messages: readonly Numbered[]): Promise<void> {
    const last = messages.at(-1);
    if (!last) return;
    // Unknown while Redis is unreachable; listeners then see a gap and read what they missed.
    let after = this.published.get(name) ?? (await this.head(name).catch(() => null));
    this.published.set(name, last.number);
    const batch = this.commands.multi();
    for (const { number, content } of messages) {
      const sent: Sent = { number, after, content };
      batch.publish(channelOf(name), JSON.stringify(sent));
      after = number;
    }
    batch.set(headOf(name), last.number);
    await batch
      .exec()
      .catch((error: Error) =>
        logger('redis').warn({ name, reason: error.message }, 'messages could not be broadcast'),
      );
  }

  /**
   * The number of the last message; null when there was none, or Redis has lost it. Rejects while Redis is
   * unreachable.
   */
  async head(name: string): Promise<number | null> {
    const found = await this.commands.get(headOf(name));
    return found === null ? null : Number(found);
  }

  /**
   * Resolves once the listener has begun, which requires Redis. Listen once per name and process; call the result to
   * stop.
   */
  async listen(name: string, listener: BroadcastListener): Promise<() => Promise<void>> {
    const subscription = new Subscription(listener);
    const begin = () => void this.begin(name, subscription);
    const pause = () => void subscription.pause();
    const take = (channel: string, text: string) => channel === channelOf(name) && subscription.receive(text);
    this.subscriber.on('message', take).on('close', pause).on('ready', begin);
    begin();
    await subscription.begun;
    return async () => {
      subscription.end();
      this.subscriber.off('message', take).off('close', pause).off('ready', begin);
      // A closed connection has no subscription to end; later messages find no listener.
      await this.subscriber.unsubscribe(channelOf(name)).catch(() => undefined);
    };
  }

  /** Begins again with each connection; if this one is lost, the next connection takes over. */
  private async begin(name: string, subscription: Subscription): Promise<void> {
    const turn = subscription.pause();
    while (subscription.isAt(turn)) {
      try {
        await this.subscriber.subscribe(channelOf(name));
        return subscription.begin(turn, await this.head(name));
      } catch (error) {
        logger('redis').debug({ name, reason: String(error) }, 'the head of the stream cannot be read now');
        await sleep(retryMs);
      }
    }
  }
}

/** Buffers messages until the head is known, then delivers them. */
class Subscription {
  private readonly first = Promise.withResolvers<void>();
  /** The last delivered number; null when none is known. */
  private at: number | null = null;
  private hasBegun = false;
  private waiting: Sent[] | undefined = [];
  private turn = 0;
  private isEnded = false;

  constructor(private readonly listener: BroadcastListener) {}

  get begun(): Promise<void> {
    return this.first.promise;
  }

  /** Forgets the position. The result identifies this pause. */
  pause(): number {
    this.waiting = [];
    this.turn += 1;
    return this.turn;
  }

  isAt(turn: number): boolean {
    return this.turn === turn && !this.isEnded;
  }

  begin(turn: number, head: number | null): void {
    if (!this.isAt(turn)) return;
    const waiting = this.waiting ?? [];
    this.waiting = undefined;
    if (head === null || head !== this.at) this.restart(head);
    for (const message of waiting) if (head === null || message.number > head) this.take(message);
    this.first.resolve();
  }

  end(): void {
    this.isEnded = true;
  }

  receive(text: string): void {
    const message = parsed(text);
    if (this.isEnded || !message) return;
    if (!this.waiting) return this.take(message);
    // The first remaining message then follows a dropped one, which counts as a loss.
    if (this.waiting.length >= maxWaiting) this.waiting.shift();
    this.waiting.push(message);
  }

  private take({ number, after, content }: Sent): void {
    if (after !== this.at) this.restart(number - 1);
    this.at = number;
    this.listener.take({ number, content });
  }

  /** A Redis that lost the head may have lost messages right after the last one. */
  private restart(head: number | null): void {
    const from = head ?? (this.at === null ? 0 : this.at + 1);
    if (this.hasBegun) losses.inc();
    this.hasBegun = true;
    this.at = head;
    this.listener.begin(from);
  }
}

function parsed(text: string): Sent | undefined {
  try {
    return wire.parse(JSON.parse(text));
  } catch (error) {
    logger('redis').warn({ err: error }, 'dropped a broadcast message with an unknown shape');
    return undefined;
  }
}

const channelOf = (name: string): string => `halftone:broadcast:${name}`;
const headOf = (name: string): string => `halftone:broadcast-head:${name}`;
