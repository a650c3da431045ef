import { logger } from '@halftone/service';
import type { Redis } from 'ioredis';

/** `message` is parsed JSON of whoever published; check its shape. */
export type Listener = (message: unknown, channel: string) => void;

/**
 * Passing messages between replicas: delivered at most once, to those who listen at that moment, and not at all while Redis is away.
 * Subscriptions come back by themselves when it returns. Never use it for what must not be lost.
 */
export class PubSub {
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(
    private readonly commands: Redis,
    private readonly subscriber: Redis,
  ) {
    subscriber.on('message', (channel: string, text: string) => this.deliver(channel, channel, text));
    subscriber.on('pmessage', (pattern: string, channel: string, text: string) => this.deliver(pattern, channel, text));
  }

  /** Resolves when Redis has it or is known to be away; never rejects. */
  async publish(channel: string, message: unknown): Promise<void> {
    await this.commands.publish(channel, JSON.stringify(message)).catch((error: Error) => {
      logger('redis').debug({ channel, reason: error.message }, 'message not published');
    });
  }

  /** A name with `*` is a pattern. Resolves when subscribed; call the answer to end it. */
  async subscribe(name: string, listener: Listener): Promise<() => Promise<void>> {
    const known = this.listeners.get(name);
    if (known) known.add(listener);
    else this.listeners.set(name, new Set([listener]));
    if (!known) await (isPattern(name) ? this.subscriber.psubscribe(name) : this.subscriber.subscribe(name));
    return () => this.unsubscribe(name, listener);
  }

  private async unsubscribe(name: string, listener: Listener): Promise<void> {
    const known = this.listeners.get(name);
    if (!known?.delete(listener) || known.size > 0) return;
    this.listeners.delete(name);
    await (isPattern(name) ? this.subscriber.punsubscribe(name) : this.subscriber.unsubscribe(name));
  }

  private deliver(name: string, channel: string, text: string): void {
    let message: unknown;
    try {
      message = JSON.parse(text);
    } catch {
      logger('redis').warn({ channel }, 'a message that is not JSON was dropped');
      return;
    }
    for (const listener of this.listeners.get(name) ?? []) listener(message, channel);
  }
}

const isPattern = (name: string): boolean => name.includes('*');
