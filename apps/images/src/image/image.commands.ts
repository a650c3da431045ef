import { cancelImageChannel, channelOf, ephemeralChannelOf } from '@halftone/contracts';
import { isDomainError } from '@halftone/kernel';
import { PubSub } from '@halftone/redis';
import { Lifecycle, logger } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { ImageService } from './image.service';
import { subjectOf } from './wire';

const command = z.object({ customer: z.string(), imageId: z.uuid() });

type CancelCommand = z.output<typeof command>;

/**
 * What customers ask of their photos over the live connection. A command may be lost, so whoever sent it waits for the event and asks
 * again; it may reach several replicas, which does no harm: a photo is cancelled once.
 */
@Injectable()
export class ImageCommands {
  private readonly log = logger('images.commands');

  constructor(
    private readonly images: ImageService,
    private readonly pubSub: PubSub,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onStart('consume', 'image commands', async () => {
      // Not awaited: without Redis there are no commands, and everything else works.
      void pubSub.subscribe(cancelImageChannel, (message) => void this.take(message));
    });
  }

  private async take(message: unknown): Promise<void> {
    const { success, data } = command.safeParse(message);
    if (!success) return this.log.warn('a command of unknown shape was dropped');
    await this.images.cancel(data.customer, data.imageId).catch((error: unknown) => this.refused(data, error));
  }

  private async refused({ customer, imageId }: CancelCommand, error: unknown): Promise<void> {
    if (!isDomainError(error)) return this.log.error({ err: error, imageId }, 'a photo was not cancelled');
    await this.pubSub.publish(ephemeralChannelOf(channelOf(customer)), {
      type: 'image.cancel-refused',
      subject: subjectOf({ id: imageId }),
      time: new Date().toISOString(),
      data: { imageId, code: error.code },
    });
  }
}
