import { Readable } from 'node:stream';
import { Controller, Get, Headers, Inject, Param, Res, StreamableFile } from '@nestjs/common';
import { IMAGES, type ImagesClient } from '../clients';
import { CONFIG, type GatewayConfig } from '../config';
import { Budget } from '../http/deadline.interceptor';
import { etagOf, matches } from '../http/etag';
import { SignedIn } from '../http/principal.guard';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.pipe';
import { present } from '../http/words';
import { chunksOf } from './download-chunks';

const imageId = new UuidPipe('IMAGE_NOT_FOUND');

/** The bytes of photos and renditions, streamed. They never change, so a client may keep them; they are private to their owner. */
@Controller('v1/images/:id')
@SignedIn()
export class DownloadHttp {
  constructor(
    @Inject(IMAGES) private readonly images: ImagesClient,
    @Inject(CONFIG) private readonly config: GatewayConfig,
  ) {}

  @Get('original')
  @Budget('transfer')
  original(
    @Param('id', imageId) id: string,
    @Headers('if-none-match') held: string | undefined,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    return this.download(id, 'original', held, reply);
  }

  @Get('renditions/:name')
  @Budget('transfer')
  rendition(
    @Param('id', imageId) id: string,
    @Param('name') name: string,
    @Headers('if-none-match') held: string | undefined,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    return this.download(id, name, held, reply);
  }

  private async download(id: string, rendition: string, held: string | undefined, reply: EdgeReply) {
    const messages = this.images
      .downloadImage({ id, rendition }, { timeoutMs: this.config.TRANSFER_BUDGET_MS })
      [Symbol.asyncIterator]();
    const first = await messages.next();
    const { contentType, size } = present(first.done ? undefined : first.value.header);
    const etag = etagOf(`${id}.${rendition}`);
    reply
      .header('etag', etag)
      .header('cache-control', 'private, max-age=86400, immutable')
      .header('x-content-type-options', 'nosniff');
    if (matches(held, etag)) {
      await messages.return?.();
      reply.status(304);
      return undefined;
    }
    return new StreamableFile(Readable.from(chunksOf(messages), { objectMode: false }), {
      type: contentType,
      length: size,
    });
  }
}
