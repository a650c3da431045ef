import { Readable } from 'node:stream';
import { Controller, Get, Headers, Inject, Param, Res, StreamableFile } from '@nestjs/common';
import { IMAGES, type ImagesClient } from '../clients';
import { CONFIG, type GatewayConfig } from '../config';
import { Budget } from '../http/deadline.http';
import { etagOf, matches } from '../http/etag';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.http';
import { present } from '../http/words';
import type { imagesV1 } from '@halftone/contracts';
import { TransferSum } from '@halftone/grpc';

const imageId = new UuidPipe('IMAGE_NOT_FOUND');

/** Streams photos and renditions. They never change, so clients may cache them; they are private to their owner. */
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
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    return this.download(id, 'original', ifNoneMatch, reply);
  }

  @Get('renditions/:name')
  @Budget('transfer')
  rendition(
    @Param('id', imageId) id: string,
    @Param('name') name: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    return this.download(id, name, ifNoneMatch, reply);
  }

  private async download(id: string, rendition: string, ifNoneMatch: string | undefined, reply: EdgeReply) {
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
    if (matches(ifNoneMatch, etag)) {
      await messages.return?.();
      reply.status(304);
      return undefined;
    }
    return new StreamableFile(Readable.from(chunksOf(messages, size), { objectMode: false }), {
      type: contentType,
      length: size,
    });
  }
}

/**
 * Yields the `size` bytes that the header announced. A reader that stops early also ends the gRPC call.
 *
 * The last chunk is held back until the end message confirms size and checksum; otherwise TRANSFER_INCOMPLETE is thrown.
 * The client then sees a broken connection with fewer bytes than Content-Length, never a complete answer with wrong bytes.
 */
async function* chunksOf(
  messages: AsyncIterator<imagesV1.DownloadImageResponse>,
  size: number,
): AsyncGenerator<Buffer> {
  const sum = new TransferSum();
  let last: Buffer | undefined;
  let end: imagesV1.TransferEnd | undefined;
  try {
    for (let next = await messages.next(); !next.done; next = await messages.next()) {
      const { chunk } = next.value;
      end = next.value.end ?? end;
      if (!chunk) continue;
      sum.add(chunk);
      if (sum.size > size) break;
      if (last) yield last;
      last = chunk;
    }
    sum.assertWhole(end, size);
    if (last) yield last;
  } finally {
    await messages.return?.();
  }
}
