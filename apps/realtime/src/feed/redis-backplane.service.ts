import { type FeedBroadcast, topics } from '@halftone/contracts';
import { DomainError } from '@halftone/kernel';
import type { Broadcast, Numbered } from '@halftone/redis';
import { logger } from '@halftone/service';
import { z } from 'zod';
import type { Position } from './cursor';
import type { Backplane, FeedRecord, LogPart, FeedReceiver } from './backplane.service';

const content: z.ZodType<FeedBroadcast> = z.object({ event: z.base64(), traceparent: z.string().optional() });

/** The stream has one order for all channels. */
const partition = 0;

/**
 * The whole stream over Pub/Sub, without storage. Events during an outage of Redis or its connection are lost. A cursor from before
 * this process or its connection gets a `reset`. A connected client notices a loss with the next event of its channel.
 */
export class RedisBackplane implements Backplane {
  private end: (() => Promise<void>) | undefined;

  constructor(
    private readonly broadcast: Broadcast,
    private readonly stream: string,
  ) {}

  async start(receiver: FeedReceiver): Promise<void> {
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
    const head = await this.broadcast.head(this.stream).catch(toUnavailable);
    return head === null || offset <= head;
  }

  /** Nothing is stored. */
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
      logger('feed').error({ err, number }, 'an undecodable message was skipped');
      return undefined;
    }
  }
}

function toUnavailable(cause: unknown): never {
  throw new DomainError('UNAVAILABLE', 'The end of the stream cannot be read at the moment', [], { cause });
}
