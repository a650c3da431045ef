import { imagesV1 } from '@halftone/contracts';
import { GrpcController, TransferSum } from '@halftone/grpc';
import { pageLimit } from '@halftone/postgres';
import { permittedCaller } from '@halftone/service';
import { Inject } from '@nestjs/common';
import { ImageService } from './image.service';
import { readUpload } from './upload.grpc';
import type { BlobStream } from './rendition';
import { TransferCapacity } from './transfer-capacity.service';
import { toWire } from './wire';
import { imagesRequests } from '../requests.schema';

/** Injection token: maximum size of an upload in bytes. */
export const MAX_BYTES = Symbol('MAX_BYTES');

const CHUNK_BYTES = 64 * 1024;

@GrpcController(imagesV1.ImagesServiceService, imagesRequests)
export class ImageGrpc {
  constructor(
    private readonly images: ImageService,
    @Inject(MAX_BYTES) private readonly maxBytes: number,
    private readonly capacity: TransferCapacity,
  ) {}

  async uploadImage(requests: AsyncIterable<imagesV1.UploadImageRequest>): Promise<imagesV1.UploadImageResponse> {
    const { customer } = permittedCaller('images.UploadImage');
    const reservation = this.capacity.open(customer);
    try {
      const upload = await readUpload(requests, this.maxBytes, reservation);
      const { response, replayed } = await this.images.upload(customer, upload);
      return { image: response, replayed };
    } finally {
      reservation.release();
    }
  }

  async getImage({ id }: imagesV1.GetImageRequest): Promise<imagesV1.GetImageResponse> {
    return { image: toWire(await this.images.get(permittedCaller('images.GetImage').customer, id)) };
  }

  async cancelImage({ id }: imagesV1.CancelImageRequest): Promise<imagesV1.CancelImageResponse> {
    return { image: toWire(await this.images.cancel(permittedCaller('images.CancelImage').customer, id)) };
  }

  async listImages({ limit, cursor }: imagesV1.ListImagesRequest): Promise<imagesV1.ListImagesResponse> {
    const { items, nextCursor } = await this.images.list(
      permittedCaller('images.ListImages').customer,
      pageLimit(limit),
      cursor,
    );
    return { images: items.map(toWire), nextCursor };
  }

  downloadImage({ id, rendition }: imagesV1.DownloadImageRequest): AsyncIterable<imagesV1.DownloadImageResponse> {
    return toChunks(this.images.download(permittedCaller('images.DownloadImage').customer, id, rendition));
  }

  async filterPrintable({ ids }: imagesV1.FilterPrintableRequest): Promise<imagesV1.FilterPrintableResponse> {
    return { ids: await this.images.filterPrintable(permittedCaller('images.FilterPrintable').customer, ids) };
  }
}

async function* toChunks(found: Promise<BlobStream>): AsyncGenerator<imagesV1.DownloadImageResponse> {
  const { contentType, size, pieces } = await found;
  yield { header: { contentType, size } };
  const sum = new TransferSum();
  for await (const piece of pieces) {
    sum.add(piece);
    for (let at = 0; at < piece.length; at += CHUNK_BYTES) yield { chunk: piece.subarray(at, at + CHUNK_BYTES) };
  }
  yield { end: sum.end };
}
