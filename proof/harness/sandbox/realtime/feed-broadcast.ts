/** Sends the feed over Redis Pub/Sub, like the notifications service with FEED_BACKPLANE=redis. Lost messages are not sent again. */
import { Redis } from 'ioredis';
import type { FeedBroadcast as Content } from '@halftone/contracts';

export class FeedBroadcast {
  readonly #redis: Redis;
  readonly #name: string;
  #last: number | null = null;

  constructor(url: string, name: string) {
    this.#name = name;
    this.#redis = new Redis(url, {
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (times) => Math.min(times * 50, 500),
    });
    this.#redis.on('error', () => undefined);
  }

  /** Never rejects. */
  async publish(values: readonly Uint8Array[]): Promise<void> {
    if (values.length === 0) return;
    const batch = this.#redis.multi();
    for (const value of values) {
      const number = (this.#last ?? 0) + 1;
      const content: Content = { event: Buffer.from(value).toString('base64') };
      batch.publish(`halftone:broadcast:${this.#name}`, JSON.stringify({ number, after: this.#last, content }));
      this.#last = number;
    }
    batch.set(`halftone:broadcast-head:${this.#name}`, String(this.#last));
    // Lost while Redis is down, as in the service; listeners see the gap.
    await batch.exec().catch(() => undefined);
  }

  close(): void {
    this.#redis.disconnect();
  }
}
