import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { IMAGES, type ImagesClient } from '../clients';
import { CONFIG, type GatewayConfig } from '../config';
import { Budget } from '../http/deadline.interceptor';
import { SignedIn } from '../http/principal.guard';
import type { EdgeReply } from '../http/reply';
import { present } from '../http/words';
import { markReplay } from '../idempotency/idempotency.interceptor';
import { IdempotencyKey } from '../idempotency/idempotent.decorator';
import { statusWord } from './image.view';
import { uploadRequests } from './upload-request';
import { bytesOf, uploadOf, type UploadHttpRequest } from './upload.source';

/**
 * Photos pass through as a stream with backpressure, so this route has no fast path in Redis: the fingerprint of the bytes is only
 * known at their end, and keeping them until then is what must not happen. The images service fingerprints them as they arrive and
 * alone decides between new, replayed and reused.
 */
@Controller('v1/images')
@SignedIn()
export class UploadHttp {
  constructor(
    @Inject(IMAGES) private readonly images: ImagesClient,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Post()
  @HttpCode(202)
  @Budget('transfer')
  async upload(
    @IdempotencyKey() idempotencyKey: string,
    @Req() request: UploadHttpRequest,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const { IMAGE_MAX_BYTES: limit, TRANSFER_BUDGET_MS: timeoutMs } = this.config;
    const { contentType, fileName, stream } = await uploadOf(request, limit);
    const messages = uploadRequests({ contentType, fileName, idempotencyKey }, bytesOf(stream), limit);
    const { image, replayed } = await this.images.uploadImage(messages, { timeoutMs });
    const { id } = present(image);
    markReplay(reply, replayed).header('location', `/v1/images/${id}/status`).header('retry-after', '1');
    return { id, status: statusWord(present(image)) };
  }
}
