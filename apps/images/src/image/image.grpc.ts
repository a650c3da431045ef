import { imagesV1 } from '@halftone/contracts';
import { GrpcController } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { requirePrincipal } from '@halftone/service';
import { Inject } from '@nestjs/common';
import { ImageService } from './image.service';
import { readUpload } from './image.upload';
import type { Blob } from './rendition';
import { toWire } from './wire';

/** How many bytes an upload may have. */
export const MAX_BYTES = Symbol('MAX_BYTES');

const CHUNK_BYTES = 64 * 1024;

@GrpcController(imagesV1.ImagesServiceService)
export class ImageGrpc {
  constructor(
    private readonly images: ImageService,
    @Inject(MAX_BYTES) private readonly maxBytes: number,
  ) {}

  async uploadImage(requests: AsyncIterable<imagesV1.UploadImageRequest>): Promise<imagesV1.UploadImageResponse> {
    const { customer } = requirePrincipal();
    const { response, replayed } = await this.images.upload(customer, await readUpload(requests, this.maxBytes));
    return { image: response, replayed };
  }

  async getImage({ id }: imagesV1.GetImageRequest): Promise<imagesV1.GetImageResponse> {
    return { image: toWire(await this.images.get(requirePrincipal().customer, id)) };
  }

  async cancelImage({ id }: imagesV1.CancelImageRequest): Promise<imagesV1.CancelImageResponse> {
    return { image: toWire(await this.images.cancel(requirePrincipal().customer, id)) };
  }

  async listImages({ limit, cursor }: imagesV1.ListImagesRequest): Promise<imagesV1.ListImagesResponse> {
    const { items, nextCursor } = await this.images.list(requirePrincipal().customer, pageLimit(limit), cursor);
    return { images: items.map(toWire), nextCursor };
  }

  downloadImage({ id, rendition }: imagesV1.DownloadImageRequest): AsyncIterable<imagesV1.DownloadImageResponse> {
    return inChunks(this.images.download(requirePrincipal().customer, id, rendition));
  }

  async filterPrintable({ ids }: imagesV1.FilterPrintableRequest): Promise<imagesV1.FilterPrintableResponse> {
    return { ids: await this.images.filterPrintable(requirePrincipal().customer, ids) };
  }
}

async function* inChunks(found: Promise<Blob>): AsyncGenerator<imagesV1.DownloadImageResponse> {
  const { contentType, bytes } = await found;
  yield { header: { contentType, size: bytes.length } };
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield { chunk: bytes.subarray(at, at + CHUNK_BYTES) };
}
