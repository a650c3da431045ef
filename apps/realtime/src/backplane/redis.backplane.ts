import { type FeedBroadcast, topics } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { Broadcast, Numbered } from '@halftone/redis';
import { logger } from '@halftone/service';
import { z } from 'zod';
import type { Position } from '../fanout/cursor';
import type { Backplane, FeedRecord, LogPart, Receiver } from './feed.backplane';

const content: z.ZodType<FeedBroadcast> = z.object({ event: z.base64(), traceparent: z.string().optional() });

/** The stream has one order for all channels. */
const partition = 0;

/**
 * The whole stream over Pub/Sub, with nothing behind it: what is told while Redis or the connection to it is away never comes here, and
 * what is older than this process or its connection is a `reset` to whoever asks for it. A client that stays connected learns of a loss
 * with the next event of its channel.
 */
export class RedisBackplane implements Backplane {
  private end: (() => Promise<void>) | undefined;

  constructor(
    private readonly broadcast: Broadcast,
    private readonly stream: string,
  ) {}

  async start(receiver: Receiver): Promise<void> {
    this.end = await this.broadcast.listen(this.stream, {
      begin: (number) => receiver.open(partition, number + 1),
      take: (message) => {
        const record = this.recordOf(message);
        if (record) receiver.take(record);
      },
    });
  }

  partitionOf(): number {
    return partition;
  }

  async exists({ offset }: Position): Promise<boolean> {
    const head = await this.broadcast.head(this.stream).catch(isAway);
    return head === null || offset <= head;
  }

  /** Nothing is kept. */
  async read(): Promise<LogPart> {
    return { first: undefined, to: Infinity, records: [] };
  }

  async stop(): Promise<void> {
    await this.end?.();
  }

  private recordOf({ number, content: sent }: Numbered): FeedRecord | undefined {
    try {
      const { event, traceparent } = content.parse(sent);
      const value = topics.feed.codec.decode(Buffer.from(event, 'base64'));
      const { id, type, subject, channel, seq, time = new Date() } = value;
      const place = { topic: this.stream, partition, offset: String(number) };
      return { id, type, subject, key: channel, sequence: seq, time, traceparent, value, ...place };
    } catch (err) {
      logger('feed').error({ err, number }, 'undecodable message passed over');
      return undefined;
    }
  }
}

function isAway(cause: unknown): never {
  throw new DomainError('UNAVAILABLE', 'How far the stream is cannot be asked at the moment', [], { cause });
}
