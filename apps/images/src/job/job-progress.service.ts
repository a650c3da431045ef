import { channelOf, ephemeralChannelOf } from '@halftone/contracts';
import { PubSub } from '@halftone/redis';
import { Injectable } from '@nestjs/common';
import type { Image } from '../image/image';
import { progressEvent } from '../image/wire';

/** Publishes progress over Redis. It is neither stored nor guaranteed. */
@Injectable()
export class JobProgress {
  constructor(private readonly pubSub: PubSub) {}

  async publish(image: Image): Promise<void> {
    const channel = ephemeralChannelOf(channelOf(image.customer));
    await this.pubSub.publish(channel, progressEvent(image, new Date()));
  }
}
