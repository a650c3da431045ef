import { setTimeout as sleep } from 'node:timers/promises';
import { counter, logger } from '@halftone/service';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** `number` rises along the stream, with or without gaps. `content` is JSON. */
export interface Numbered {
  number: number;
  content: unknown;
}

export interface BroadcastListener {
  /** Everything after this number is handed over from here on. Called again, something that was not handed over may lie before it. */
  begin(number: number): void;
  take(message: Numbered): void;
}

const wire = z.object({ number: z.int(), after: z.int().nullable(), content: z.unknown() });
type Sent = z.output<typeof wire>;

const losses = counter(
  'broadcast_losses_total',
  'Times that something of a stream over Pub/Sub may not have come here',
);

/** Pause before Redis is asked again how far a stream is, in ms. */
const askAgainMs = 200;

/**
 * A whole stream over Pub/Sub: to everybody who listens at that moment, in the order of its one publisher, and without a history. Redis
 * remembers only how far the stream is, so that who begins to listen knows from where on it has everything.
 *
 * What is published while Redis or the listener's connection is away is lost to that listener. Every message says which one it follows,
 * and each new connection begins anew, so a listener is told of the loss (`begin`) at the latest with the next message.
 */
export class Broadcast {
  /** Per stream, the number published last; whether that arrived is not known. */
  private readonly published = new Map<string, number>();

  constructor(
    private readonly commands: Redis,
    private readonly subscriber: Redis,
  ) {}

  /** Resolves when Redis has them or is known to be away, where they are lost; never rejects. */
  async publish(name: string, messages: readonly Numbered[]): Promise<void> {
    const last = messages.at(-1);
    if (!last) return;
    let after = this.published.get(name) ?? (await this.head(name).catch(() => null));
    this.published.set(name, last.number);
    const batch = this.commands.multi();
    for (const { number, content } of messages) {
      const sent: Sent = { number, after, content };
      batch.publish(channelOf(name), JSON.stringify(sent));
      after = number;
    }
    batch.set(headOf(name), last.number);
    await batch.exec().catch((error: Error) => logger('redis').warn({ name, reason: error.message }, 'not broadcast'));
  }

  /** The number of the last message; null when none was published, or Redis has forgotten. Rejects while Redis is away. */
  async head(name: string): Promise<number | null> {
    const found = await this.commands.get(headOf(name));
    return found === null ? null : Number(found);
  }

  /** Resolves when it has begun, which needs Redis. Listen once per name and process; call the answer to end it. */
  async listen(name: string, listener: BroadcastListener): Promise<() => Promise<void>> {
    const listening = new Listening(listener);
    const begin = () => void this.begin(name, listening);
    const pause = () => void listening.pause();
    const take = (channel: string, text: string) => channel === channelOf(name) && listening.receive(text);
    this.subscriber.on('message', take).on('close', pause).on('ready', begin);
    begin();
    await listening.begun;
    return async () => {
      listening.end();
      this.subscriber.off('message', take).off('close', pause).off('ready', begin);
      await this.subscriber.unsubscribe(channelOf(name)).catch(() => undefined);
    };
  }

  /** Anew with each connection; one that is lost meanwhile leaves it to the next. */
  private async begin(name: string, listening: Listening): Promise<void> {
    const turn = listening.pause();
    while (listening.isAt(turn)) {
      try {
        await this.subscriber.subscribe(channelOf(name));
        return listening.begin(turn, await this.head(name));
      } catch (error) {
        logger('redis').debug({ name, reason: String(error) }, 'how far the stream is cannot be asked now');
        await sleep(askAgainMs);
      }
    }
  }
}

/** What comes while it is not known how far the stream is waits for that. */
class Listening {
  private readonly first = Promise.withResolvers<void>();
  /** The last number; null when none is known. */
  private at: number | null = null;
  private hasBegun = false;
  private waiting: Sent[] | undefined = [];
  private turn = 0;
  private isEnded = false;

  constructor(private readonly listener: BroadcastListener) {}

  get begun(): Promise<void> {
    return this.first.promise;
  }

  /** Nothing is known any more. The answer names this pause. */
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
    if (this.waiting) this.waiting.push(message);
    else this.take(message);
  }

  private take({ number, after, content }: Sent): void {
    if (after !== this.at) this.restart(number - 1);
    this.at = number;
    this.listener.take({ number, content });
  }

  /** A Redis that has forgotten the stream may have lost something right after what came last. */
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
    logger('redis').warn({ err: error }, 'a broadcast message of unknown shape was dropped');
    return undefined;
  }
}

const channelOf = (name: string): string => `halftone:broadcast:${name}`;
const headOf = (name: string): string => `halftone:broadcast-head:${name}`;
