import { ephemeralChannelOf, type EphemeralEvent } from '@halftone/contracts';
import { PubSub } from '@halftone/redis';
import { Lifecycle, logger } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { encodePassing } from '../fanout/encoded-event';
import { FeedService } from './feed.service';

const passing: z.ZodType<EphemeralEvent> = z.object({
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const everyChannel = ephemeralChannelOf('*');

/** Hands passing events (progress, presence) from Redis to whoever follows their channel now. They may be lost; nothing waits for them. */
@Injectable()
export class PassingService {
  private readonly log = logger('passing');

  constructor(
    pubSub: PubSub,
    private readonly feed: FeedService,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('consume', 'passing events', async () => {
      // Not awaited: the service does its work without Redis, and the subscription comes by itself once Redis is there.
      void pubSub.subscribe(everyChannel, (message, name) => this.take(message, name.slice(everyChannel.length - 1)));
    });
  }

  private take(message: unknown, channel: string): void {
    if (!this.feed.live.has(channel)) return;
    const { success, data } = passing.safeParse(message);
    if (success) this.feed.live.pass(channel, encodePassing(data));
    else this.log.warn({ channel }, 'a passing event of unknown shape was dropped');
  }
}
