import { failpoint, logger, SpanKind, withSpan, withTraceparent } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { PictureSharp } from '../image/picture.sharp';
import { remainingRenditions, renditionPlans } from '../image/rendition';
import { type Job, pollMs, renewMs } from './job';
import { JobBell } from './job.bell';
import { measureAttempt, reportDepth } from './job.metrics';
import { JobProgress } from './job.progress';
import { failureOf, JobService, LeaseLost } from './job.service';

/** How often the length of the queue is looked at. */
const sampleMs = 2_000;

/**
 * Works off the queue, one photo at a time. A worker that dies leaves a lease that runs out; the next holder goes on after the
 * last rendition that was saved. A worker that only slept finds its writes refused and drops the job.
 */
@Injectable()
export class JobWorker {
  private readonly log = logger('images.job');
  private stopping = false;
  private running: Promise<void> = Promise.resolve();
  private sampling: NodeJS.Timeout | undefined;

  constructor(
    private readonly jobs: JobService,
    private readonly pictures: PictureSharp,
    private readonly progress: JobProgress,
    private readonly bell: JobBell,
  ) {}

  start(): void {
    this.sampling = setInterval(() => void this.sample(), sampleMs).unref();
    this.running = this.loop();
  }

  /** Ends after the rendition that is being made; the rest of the job goes back to the queue. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.sampling);
    this.bell.ring();
    await this.running;
  }

  /** Takes a job and works on it to its end, good or bad; false if there was none. */
  async next(): Promise<boolean> {
    const job = await this.jobs.take();
    if (!job) return false;
    const heartbeat = setInterval(() => void this.renew(job), renewMs);
    try {
      await withTraceparent(job.traceparent ?? undefined, () => this.attempt(job));
    } finally {
      clearInterval(heartbeat);
    }
    return true;
  }

  private async loop(): Promise<void> {
    while (!this.stopping) {
      const worked = await this.next().catch((error: unknown) =>
        this.log.warn({ err: error }, 'no job could be taken or ended'),
      );
      if (!worked) await this.bell.wait(pollMs);
    }
  }

  private async attempt(job: Job): Promise<void> {
    const attributes = { 'image.id': job.imageId, 'job.attempt': job.attempts };
    const ended = measureAttempt();
    try {
      await withSpan('images.job', attributes, () => this.work(job), SpanKind.CONSUMER);
      ended('done');
    } catch (error) {
      ended(error instanceof LeaseLost ? 'lease-lost' : 'failed');
      await this.afterError(job, error);
    }
  }

  private async work(job: Job): Promise<void> {
    let image = await this.jobs.start(job);
    await this.progress.tell(image);
    const original = await this.jobs.original(job);
    for (const name of remainingRenditions(image.renditions)) {
      if (this.stopping) return this.jobs.handBack(job);
      const { bytes, ...picture } = await this.pictures.render(original, renditionPlans[name]);
      image = await this.jobs.saveRendition(job, { name, size: bytes.length, ...picture }, bytes);
      await this.progress.tell(image);
      await failpoint(`images.job.after-${name}`);
    }
    await this.progress.tell(await this.jobs.complete(job));
  }

  private async afterError(job: Job, error: unknown): Promise<void> {
    const facts = { imageId: job.imageId, attempt: job.attempts, err: error };
    if (error instanceof LeaseLost) return this.log.info(facts, 'another worker has this job');
    this.log.warn(facts, 'an attempt failed');
    await this.progress.tell(await this.jobs.failed(job, failureOf(error)));
  }

  private async sample(): Promise<void> {
    await this.jobs
      .depth()
      .then(reportDepth, (error: unknown) => this.log.debug({ err: error }, 'the queue was not counted'));
  }

  /** A renewal that fails is made up for by the next, or noticed by the next write. */
  private async renew(job: Job): Promise<void> {
    await this.jobs.renew(job).catch((error: unknown) => this.log.debug({ err: error }, 'a lease was not renewed'));
  }
}
