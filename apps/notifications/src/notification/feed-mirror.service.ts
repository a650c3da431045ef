import { type FeedBroadcast, topics } from '@halftone/contracts';
import type { Mirror } from '@halftone/kafka';
import type { OutboxRow } from '@halftone/postgres';
import { Broadcast, type Numbered } from '@halftone/redis';
import { Injectable } from '@nestjs/common';

/**
 * Copies the feed to Redis Pub/Sub, for realtime with REALTIME_BACKPLANE=redis. The relay publishes in outbox order, so the
 * outbox id is the position in the stream. While Redis is unavailable, records are skipped here, not delayed.
 */
@Injectable()
export class FeedMirror implements Mirror {
  constructor(private readonly broadcast: Broadcast) {}

  publish(rows: readonly OutboxRow[]): Promise<void> {
    const feed = rows.filter(({ topic }) => topic === topics.feed.name);
    return this.broadcast.publish(topics.feed.name, feed.map(numbered));
  }
}

function numbered({ id, value, traceparent }: OutboxRow): Numbered {
  const content: FeedBroadcast = { event: value.toString('base64'), ...(traceparent !== null && { traceparent }) };
  return { number: Number(id), content };
}
