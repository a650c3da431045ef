import { imagesV1 } from '@halftone/contracts';
import { DomainError, isUuid, uuidv7 } from '@halftone/kernel';
import { Database, decodeCursor, idempotently, type Page, pageOf, type Replayable } from '@halftone/postgres';
import { failpoint } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { JobBell } from '../job/job.bell';
import { JobStore } from '../job/job.store';
import type { ImagesTables } from '../tables';
import { cancelled, type Image, uploaded } from './image';
import { ImageStore } from './image.store';
import type { Upload } from './image.upload';
import { PictureSharp } from './picture.sharp';
import { type Blob, isRenditionName } from './rendition';
import { toWire } from './wire';

/**
 * What a customer can do with photos. The caller's customer is always an argument: a foreign photo is answered like one that
 * does not exist, by IMAGE_NOT_FOUND.
 */
@Injectable()
export class ImageService {
  constructor(
    private readonly db: Database<ImagesTables>,
    private readonly store: ImageStore,
    private readonly jobs: JobStore,
    private readonly pictures: PictureSharp,
    private readonly bell: JobBell,
  ) {}

  /** Stores a photo and queues its job, once per key. Bytes that are no picture are refused before anything is stored. */
  async upload(customer: string, { key, bytes, fingerprint }: Upload): Promise<Replayable<imagesV1.Image>> {
    const picture = await this.pictures.identify(bytes);
    const claim = { customer, route: 'images.UploadImage', key };
    const answer = await this.db.tx((tx) =>
      idempotently(tx, claim, fingerprint, imagesV1.Image, async () => {
        const image = uploaded({ id: uuidv7(), customer, size: bytes.length, ...picture }, new Date());
        await this.store.insert(tx, image, bytes);
        await this.jobs.insert(tx, image.id);
        return toWire(image);
      }),
    );
    await failpoint('images.upload.after-commit');
    this.bell.ring();
    return answer;
  }

  async get(customer: string, id: string): Promise<Image> {
    const [image] = await this.find(customer, [id]);
    if (!image) throw new DomainError('IMAGE_NOT_FOUND', `no image ${id}`);
    return image;
  }

  /**
   * Ends the work on a photo; a photo that is cancelled already stays so. The worker that is at it finds its next write refused. Throws
   * IMAGE_NOT_CANCELLABLE when the work has ended.
   */
  async cancel(customer: string, id: string): Promise<Image> {
    await this.get(customer, id);
    return this.db.tx(async (tx) => {
      await this.jobs.lock(tx, id);
      const image = await this.store.load(tx, id);
      if (image.state.status === 'cancelled') return image;
      const ended = cancelled(image);
      await this.jobs.cancel(tx, id);
      return this.store.save(tx, ended, 'image.cancelled');
    });
  }

  /** Those of these photos that exist and belong to the customer, in no order. */
  find(customer: string, ids: readonly string[]): Promise<Image[]> {
    return this.store.find(customer, ids.filter(isUuid));
  }

  /** Newest first. */
  async list(customer: string, limit: number, cursor: string): Promise<Page<Image>> {
    const before = cursor ? decodeCursor(cursor, z.uuid()) : undefined;
    return pageOf(await this.store.list(customer, limit + 1, before), limit, ({ id }) => id);
  }

  /** `original`, or the name of a rendition. */
  async download(customer: string, id: string, rendition: string): Promise<Blob> {
    const image = await this.get(customer, id);
    const known = rendition === 'original' || isRenditionName(rendition);
    const blob = known ? await this.store.blob(image.id, rendition) : undefined;
    if (!blob) throw new DomainError('RENDITION_NOT_FOUND', `image ${id} has no rendition ${rendition}`);
    return blob;
  }

  /** Asked once per order, so it reads no more than it answers. */
  filterPrintable(customer: string, ids: readonly string[]): Promise<string[]> {
    return this.store.ready(customer, ids.filter(isUuid));
  }
}
