import { DomainError } from '@halftone/kernel';
import { domainErrorOf, runInCall } from '@halftone/service';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { IMAGES, type ImagesClient } from '../../clients';
import type { ClientMessage } from '../../message/client-message.schema';
import { type MessageHandler, MessageRouter, type Peer } from '../../message/message-router.service';

type Cancel = Extract<ClientMessage, { type: 'cancel' }>;

/**
 * `{"type":"cancel","imageId":"…"}`: cancels a photo at the images service in the client's name. The answer `cancelling` means that
 * the cancellation is stored there; the event `image.cancelled` follows. An `error` names the photo. A repeated cancel is harmless,
 * so a client without an answer retries.
 */
@Injectable()
export class CancelService implements MessageHandler<'cancel'>, OnModuleInit {
  readonly types = ['cancel'] as const;

  constructor(
    private readonly router: MessageRouter,
    @Inject(IMAGES) private readonly images: ImagesClient,
  ) {}

  onModuleInit(): void {
    this.router.register(this);
  }

  async handle(peer: Peer, { imageId }: Cancel): Promise<void> {
    const { principal, token } = peer;
    const call = { principal, ...(token !== undefined && { token }) };
    try {
      await runInCall(call, () => this.images.cancelImage({ id: imageId }));
    } catch (error) {
      throw withImageId(imageId, error);
    }
    peer.send({ type: 'cancelling', imageId });
  }
}

/** The same error with the photo's id, because a client may cancel several photos. */
function withImageId(imageId: string, cause: unknown): DomainError {
  const { code, message } = domainErrorOf(cause);
  return new DomainError(code, message, [{ path: 'imageId', message: imageId }], { cause });
}
