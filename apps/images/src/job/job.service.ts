import { DomainError, isDomainError } from '@halftone/kernel';
import { Database, type Tx } from '@halftone/postgres';
import { planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { failed, type Image, ready, working } from '../image/image';
import { ImageStore } from '../image/image.store';
import type { Rendition } from '../image/rendition';
import type { ImagesTables } from '../tables';
import { afterFailure, type Failure, isExhausted, type Job } from './job';
import { JobStore } from './job.store';

/** Thrown to a worker that was too slow: another one has its job, and nothing it just tried to write was written. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * The steps of a job, each one transaction, each refused with LeaseLost unless the caller still holds the job. What a step
 * returns is the photo as it is now stored.
 */
@Injectable()
export class JobService {
  constructor(
    private readonly db: Database<ImagesTables>,
    private readonly jobs: JobStore,
    private readonly images: ImageStore,
  ) {}

  depth(): Promise<number> {
    return this.jobs.depth();
  }

  /** The next free job; one that has killed too many workers is given up instead. */
  async take(): Promise<Job | undefined> {
    const job = await this.db.tx((tx) => this.jobs.take(tx));
    if (!job || !isExhausted(job)) return job;
    await this.failed(job, 'else');
    return undefined;
  }

  /** Marks the photo as being worked on, with what earlier holders finished. */
  start(job: Job): Promise<Image> {
    return this.holding(job, async (tx) => this.images.save(tx, working(await this.images.load(tx, job.imageId))));
  }

  async original(job: Job): Promise<Buffer> {
    const blob = await this.images.blob(job.imageId, 'original');
    if (!blob) throw new DomainError('INTERNAL', `image ${job.imageId} has no original`);
    return blob.bytes;
  }

  async renew(job: Job): Promise<void> {
    await this.holding(job, async () => undefined);
  }

  saveRendition(job: Job, rendition: Rendition, bytes: Buffer): Promise<Image> {
    return this.holding(job, async (tx) => {
      const image = await this.images.insertRendition(tx, await this.images.load(tx, job.imageId), rendition, bytes);
      return this.images.save(tx, working(image));
    });
  }

  complete(job: Job): Promise<Image> {
    return this.holding(job, async (tx) => {
      const image = ready(await this.images.load(tx, job.imageId));
      if (planted('image.job-kept')) return this.images.save(tx, image, 'image.ready');
      await this.jobs.remove(tx, job);
      return this.images.save(tx, image, 'image.ready');
    });
  }

  /** Ends the job or puts it back for a later attempt. */
  failed(job: Job, failure: Failure): Promise<Image> {
    return this.holding(job, async (tx) => {
      const image = await this.images.load(tx, job.imageId);
      const next = afterFailure(job, failure);
      if (next.then === 'retry') {
        await this.jobs.release(tx, job, next.delayMs);
        return image;
      }
      await this.jobs.remove(tx, job);
      return this.images.save(tx, failed(image, next.reason), 'image.failed');
    });
  }

  /** A worker that stops gives its job back at once, and the attempt does not count. */
  handBack(job: Job): Promise<void> {
    return this.db.tx((tx) => this.jobs.release(tx, { ...job, attempts: job.attempts - 1 }, 0));
  }

  private holding<R>(job: Job, work: (tx: Tx<ImagesTables>) => Promise<R>): Promise<R> {
    return this.db.tx(async (tx) => {
      if (!(await this.jobs.hold(tx, job))) throw new LeaseLost(`job ${job.imageId} has another holder`);
      return work(tx);
    });
  }
}

/** Only the picture itself can make it NOT_A_PICTURE; everything else may pass. */
export const failureOf = (error: unknown): Failure =>
  isDomainError(error) && error.code === 'NOT_A_PICTURE' ? 'picture' : 'else';
