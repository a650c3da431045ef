import { ephemeralChannelOf, type EphemeralEvent } from '@halftone/contracts';
import { PubSub } from '@halftone/redis';
import { logger } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { encodeEphemeral } from '../feed/encoded-event';
import { FeedService } from './feed.service';

const ephemeralEvent: z.ZodType<EphemeralEvent> = z.object({
  type: z.string(),
  subject: z.string(),
  time: z.string(),
  data: z.record(z.string(), z.unknown()),
});

const everyChannel = ephemeralChannelOf('*');

/** Publishes ephemeral events (progress) from Redis to the live subscriptions of their channel. They may be lost. */
@Injectable()
export class EphemeralService {
  private readonly log = logger('ephemeral');

  constructor(
    private readonly pubSub: PubSub,
    private readonly feed: FeedService,
  ) {}

  /** Does not wait: the service works without Redis, and the subscription starts by itself once Redis is up. */
  start(): void {
    const prefix = everyChannel.length - 1;
    void this.pubSub.subscribe(everyChannel, (message, name) => this.publish(message, name.slice(prefix)));
  }

  private publish(message: unknown, channel: string): void {
    if (!this.feed.live.has(channel)) return;
    const { success, data } = ephemeralEvent.safeParse(message);
    if (success) this.feed.live.publishEphemeral(channel, encodeEphemeral(data));
    else this.log.warn({ channel }, 'an invalid ephemeral event was dropped');
  }
}
