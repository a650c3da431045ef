import { cancelImageChannel } from '@halftone/contracts';
import { PubSub } from '@halftone/redis';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ClientMessage } from '../message/client-message.schema';
import type { MessageHandler, Peer } from '../message/message.handler';
import { MessageRouter } from '../message/message.router';

type Cancel = Extract<ClientMessage, { type: 'cancel' }>;

/**
 * `{"type":"cancel","imageId":"…"}`: hands the wish on to the images service. The answer says only that it is on its way; that the photo is
 * cancelled is an event (`image.cancelled`), that it was too late a passing one (`image.cancel-refused`).
 */
@Injectable()
export class CancelService implements MessageHandler<'cancel'>, OnModuleInit {
  readonly types = ['cancel'] as const;

  constructor(
    private readonly router: MessageRouter,
    private readonly pubSub: PubSub,
  ) {}

  onModuleInit(): void {
    this.router.register(this);
  }

  async handle(peer: Peer, { imageId }: Cancel): Promise<void> {
    await this.pubSub.publish(cancelImageChannel, { customer: peer.principal.customer, imageId });
    peer.send({ type: 'cancelling', imageId });
  }
}
