import { logger } from '@halftone/service';
import type { Redis } from 'ioredis';

/** `message` is parsed JSON of any publisher; validate it. */
export type Listener = (message: unknown, channel: string) => void;

/**
 * Messages between replicas: delivered at most once, to current subscribers, and not at all while Redis is
 * unreachable. Subscriptions resume automatically. Never use it for a message that must not be lost.
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

  /** Resolves when Redis has the message or is known to be unreachable; never rejects. */
  async publish(channel: string, message: unknown): Promise<void> {
    await this.commands.publish(channel, JSON.stringify(message)).catch((error: Error) => {
      logger('redis').debug({ channel, reason: error.message }, 'message not published');
    });
  }

  /** A name with `*` is a pattern. Resolves when subscribed; call the result to unsubscribe. */
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
      logger('redis').warn({ channel }, 'dropped a message that is not JSON');
      return;
    }
    for (const listener of this.listeners.get(name) ?? []) listener(message, channel);
  }
}

const isPattern = (name: string): boolean => name.includes('*');
