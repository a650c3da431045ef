import { requirePrincipal } from '@halftone/service';
import { Controller, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { IMAGES, type ImagesClient } from '../clients';
import { CONFIG, type GatewayConfig } from '../config';
import { Budget } from '../http/deadline.http';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply, EdgeRequest } from '../http/reply';
import { present } from '../http/words';
import { IdempotencyKey, markReplay } from '../idempotency/idempotency.http';
import { statusWord } from './image.schema';
import { uploadRequests } from './upload.grpc';
import { UploadRateLimiter } from './upload-rate-limiter.service';
import { uploadOf } from './upload-body.http';

/**
 * Streams photos with backpressure. This route has no fast path in Redis: the fingerprint is known only after the last
 * byte, and the bytes must not be buffered until then. The images service computes the fingerprint and alone decides
 * whether a request is new, replayed or a reused key.
 */
@Controller('v1/images')
@SignedIn()
export class UploadHttp {
  constructor(
    @Inject(IMAGES) private readonly images: ImagesClient,
    @Inject(CONFIG) private readonly config: GatewayConfig,
    private readonly rateLimiter: UploadRateLimiter,
  ) {}

  @Post()
  @HttpCode(202)
  @Budget('transfer')
  async upload(
    @IdempotencyKey() idempotencyKey: string,
    @Req() request: EdgeRequest,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const { IMAGE_MAX_BYTES: limit, TRANSFER_BUDGET_MS: timeoutMs } = this.config;
    const { customer } = requirePrincipal();
    const { bytes, ...described } = await uploadOf(request, limit, (body) => this.rateLimiter.limit(customer, body));
    const messages = uploadRequests({ ...described, idempotencyKey }, bytes, limit);
    const { image, replayed } = await this.images.uploadImage(messages, { timeoutMs });
    const { id } = present(image);
    markReplay(reply, replayed).header('location', `/v1/images/${id}/status`).header('retry-after', '1');
    return { id, status: statusWord(present(image)) };
  }
}
