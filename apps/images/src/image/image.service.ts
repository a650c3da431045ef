import { imagesV1 } from '@halftone/contracts';
import { DomainError, parseIds, uuidv7 } from '@halftone/kernel';
import { Database, decodeCursor, idempotently, type Page, pageOf, type Replayable } from '@halftone/postgres';
import { failpoint, Wakeup } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { JobStore } from '../queue/job.store';
import type { ImagesTables } from '../tables';
import { cancelled, type Image, uploaded } from './image';
import { ImageStore } from './image.store';
import type { Upload } from './upload.grpc';
import { identify } from './picture-file';
import { type BlobStream, isRenditionName } from './rendition';
import { toWire } from './wire';

/**
 * The use cases of photos. The caller's customer is always an argument. Another customer's photo is IMAGE_NOT_FOUND, like
 * one that does not exist.
 */
@Injectable()
export class ImageService {
  constructor(
    private readonly db: Database<ImagesTables>,
    private readonly store: ImageStore,
    private readonly jobs: JobStore,
    private readonly jobAdded: Wakeup,
  ) {}

  /** Stores a photo and queues its job, once per key. Rejects bytes that are not a picture before storing anything. */
  async upload(customer: string, { key, bytes, fingerprint }: Upload): Promise<Replayable<imagesV1.Image>> {
    const picture = identify(bytes);
    const claim = { customer, route: 'images.UploadImage', key };
    const answer = await this.db.tx((tx) =>
      idempotently(tx, claim, fingerprint, imagesV1.Image, async () => {
        const image = uploaded({ id: uuidv7(), customer, size: bytes.length, ...picture }, new Date());
        await this.store.insert(tx, image);
        await this.jobs.insert(tx, image);
        await this.store.insertOriginal(tx, image, bytes);
        return toWire(image);
      }),
    );
    await failpoint('images.upload.after-commit');
    this.jobAdded.signal();
    return answer;
  }

  async get(customer: string, id: string): Promise<Image> {
    const [image] = await this.find(customer, [id]);
    if (!image) throw new DomainError('IMAGE_NOT_FOUND', `no image ${id}`);
    return image;
  }

  /**
   * Stops processing a photo. Cancelling again changes nothing. The next write of the worker on this job is rejected.
   * Throws IMAGE_NOT_CANCELLABLE if the photo is already ready or failed.
   */
  async cancel(customer: string, imageId: string): Promise<Image> {
    const { id } = await this.get(customer, imageId);
    return this.db.tx(async (tx) => {
      await this.jobs.lock(tx, id);
      const image = await this.store.load(tx, id);
      if (image.state.status === 'cancelled') return image;
      const after = cancelled(image);
      await this.jobs.cancel(tx, id);
      return this.store.save(tx, after, 'image.cancelled');
    });
  }

  /** The photos that exist and belong to the customer, unordered. */
  find(customer: string, ids: readonly string[]): Promise<Image[]> {
    return this.store.find(customer, parseIds(ids));
  }

  /** Newest first. */
  async list(customer: string, limit: number, cursor: string): Promise<Page<Image>> {
    const before = cursor ? decodeCursor('images', cursor, z.uuid()) : undefined;
    return pageOf('images', await this.store.list(customer, limit + 1, before), limit, ({ id }) => id);
  }

  /** `rendition` is `original` or a rendition name. */
  async download(customer: string, id: string, rendition: string): Promise<BlobStream> {
    const image = await this.get(customer, id);
    const known = rendition === 'original' || isRenditionName(rendition);
    const blob = known ? await this.store.openBlob(image.id, rendition) : undefined;
    if (!blob) throw new DomainError('RENDITION_NOT_FOUND', `image ${id} has no rendition ${rendition}`);
    return blob;
  }

  /** Runs once per order, so it reads only the ids it returns. */
  filterPrintable(customer: string, ids: readonly string[]): Promise<string[]> {
    return this.store.ready(customer, parseIds(ids));
  }
}
