import { channelOf, ephemeralChannelOf } from '@halftone/contracts';
import { PubSub } from '@halftone/redis';
import { Injectable } from '@nestjs/common';
import type { Image } from '../image/image';
import { progressEvent } from '../image/wire';

/** Tells listeners how far a photo is. Never stored and never waited for: a photo gets ready whether or not anybody hears of it. */
@Injectable()
export class JobProgress {
  constructor(private readonly pubSub: PubSub) {}

  async tell(image: Image): Promise<void> {
    const channel = ephemeralChannelOf(channelOf(image.customer));
    await this.pubSub.publish(channel, progressEvent(image, new Date()));
  }
}
