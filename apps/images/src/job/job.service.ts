import { DomainError, type ErrorCode, isDomainError } from '@halftone/kernel';
import { Database, type Tx } from '@halftone/postgres';
import { planted } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { failed, type Image, ready, working } from '../image/image';
import { ImageStore } from '../image/image.store';
import type { BlobStream, Rendition } from '../image/rendition';
import type { ImagesTables } from '../tables';
import { afterFailure, type Failure, isExhausted, type Job } from '../queue/job';
import { JobStore } from '../queue/job.store';

/** Another worker holds the job now; nothing of the attempted write was stored. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

/**
 * The steps of a job. Each is one transaction and throws LeaseLost unless the caller still holds the job. Each returns the
 * photo as stored.
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

  /** The next free job. A job that killed too many workers fails instead. */
  async take(): Promise<Job | undefined> {
    const job = await this.db.tx((tx) => this.jobs.take(tx));
    if (!job || !isExhausted(job)) return job;
    await this.failed(job, 'transient');
    return undefined;
  }

  /** Marks the photo as processing and keeps the renditions of earlier attempts. */
  start(job: Job): Promise<Image> {
    return this.withLease(job, async (tx) => this.images.save(tx, working(await this.images.load(tx, job.imageId))));
  }

  async original(job: Job): Promise<BlobStream> {
    const blob = await this.images.openBlob(job.imageId, 'original');
    if (!blob) throw new DomainError('INTERNAL', `image ${job.imageId} has no original`);
    return blob;
  }

  async renew(job: Job): Promise<void> {
    await this.withLease(job, async () => undefined);
  }

  saveRendition(job: Job, rendition: Rendition, bytes: Buffer): Promise<Image> {
    return this.withLease(job, async (tx) => {
      const image = await this.images.insertRendition(tx, await this.images.load(tx, job.imageId), rendition, bytes);
      return this.images.save(tx, working(image));
    });
  }

  complete(job: Job): Promise<Image> {
    return this.withLease(job, async (tx) => {
      const image = ready(await this.images.load(tx, job.imageId));
      if (planted('image.job-kept')) return this.images.save(tx, image, 'image.ready');
      await this.jobs.remove(tx, job);
      return this.images.save(tx, image, 'image.ready');
    });
  }

  /** Ends the job, or releases it for a later attempt. */
  failed(job: Job, failure: Failure): Promise<Image> {
    return this.withLease(job, async (tx) => {
      const image = await this.images.load(tx, job.imageId);
      const next = afterFailure(job, failure);
      if (next.then === 'retry') {
        await this.jobs.release(tx, job, next.delayMs);
        return image;
      }
      await this.jobs.remove(tx, job);
      return this.images.save(tx, failed(image, next), 'image.failed');
    });
  }

  /** Releases the job of a stopping worker; the attempt does not count. */
  handBack(job: Job): Promise<void> {
    return this.db.tx((tx) => this.jobs.release(tx, { ...job, attempts: job.attempts - 1 }, 0));
  }

  private withLease<R>(job: Job, work: (tx: Tx<ImagesTables>) => Promise<R>): Promise<R> {
    return this.db.tx(async (tx) => {
      if (!(await this.jobs.renewLease(tx, job))) throw new LeaseLost(`another worker holds job ${job.imageId}`);
      return work(tx);
    });
  }
}

const failures: Partial<Record<ErrorCode, Failure>> = { NOT_A_PICTURE: 'picture', PICTURE_TOO_LARGE: 'too-large' };

/** Only a bad picture is a permanent failure; everything else is retried. */
export const failureOf = (error: unknown): Failure => (isDomainError(error) && failures[error.code]) || 'transient';
