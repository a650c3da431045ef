import type { imagesV1 } from '@halftone/contracts';
import { Controller, Delete, Get, Headers, Inject, Param, Query, Res } from '@nestjs/common';
import { IMAGES, type ImagesClient } from '../clients';
import { etagOf, unlessCached } from '../http/etag';
import { page, pageQuery, type PageQuery } from '../http/page.http';
import { SignedIn } from '../http/principal.http';
import type { EdgeReply } from '../http/reply';
import { UuidPipe } from '../http/uuid.http';
import { present } from '../http/words';
import { imageStatusView, imageView, isUnfinished } from './image.schema';

const imageId = new UuidPipe('IMAGE_NOT_FOUND');

@Controller('v1/images')
@SignedIn()
export class ImageHttp {
  constructor(@Inject(IMAGES) private readonly images: ImagesClient) {}

  @Get()
  async list(@Query({ schema: pageQuery }) query: PageQuery, @Res({ passthrough: true }) reply: EdgeReply) {
    const { images, nextCursor } = await this.images.listImages(query);
    return page(reply, '/v1/images', { limit: query.limit }, images.map(imageView), nextCursor);
  }

  @Get(':id')
  async get(
    @Param('id', imageId) id: string,
    @Headers('if-none-match') ifNoneMatch: string | undefined,
    @Res({ passthrough: true }) reply: EdgeReply,
  ) {
    const image = present((await this.images.getImage({ id })).image);
    return unlessCached(reply, ifNoneMatch, imageEtag(image), imageView(image));
  }

  @Get(':id/status')
  async status(@Param('id', imageId) id: string, @Res({ passthrough: true }) reply: EdgeReply) {
    const image = present((await this.images.getImage({ id })).image);
    reply.header('cache-control', 'no-store');
    if (isUnfinished(image)) reply.header('retry-after', '1');
    return imageStatusView(image);
  }

  /** Cancels the job of a photo. The photo and its finished renditions stay. */
  @Delete(':id/job')
  async cancel(@Param('id', imageId) id: string, @Res({ passthrough: true }) reply: EdgeReply) {
    const image = present((await this.images.cancelImage({ id })).image);
    reply.header('cache-control', 'no-store');
    return imageStatusView(image);
  }
}

/** The version counts events only, so the ETag includes step and progress as well. */
const imageEtag = ({ version, step, progress }: imagesV1.Image): string => etagOf(`${version}.${step}.${progress}`);
