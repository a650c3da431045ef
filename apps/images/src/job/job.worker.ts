import { failpoint, logger, PollLoop, SpanKind, Wakeup, withSpan, withTraceparent } from '@halftone/service';
import { Injectable } from '@nestjs/common';
import { remainingRenditions, renditionPlans } from '../image/rendition';
import { Renderer } from '../renderer/renderer.service';
import { type Job, pollMs, renewMs } from '../queue/job';
import { measureAttempt, reportDepth } from './job.metrics';
import { JobProgress } from './job-progress.service';
import { failureOf, JobService, LeaseLost } from './job.service';

/** Interval of the queue depth metric. */
const sampleMs = 2_000;

/**
 * Processes the queue, one photo at a time. If a worker dies, its lease expires and the next worker resumes after the last
 * saved rendition. A paused worker that lost its lease fails at its next write and drops the job.
 */
@Injectable()
export class JobWorker {
  private readonly log = logger('images.job');
  private readonly working: PollLoop;
  private readonly sampling: PollLoop;
  private stopping = false;

  constructor(
    private readonly jobs: JobService,
    private readonly renderer: Renderer,
    private readonly progress: JobProgress,
    wakeup: Wakeup,
  ) {
    const run = async () => ((await this.next()) ? 'more' : undefined);
    this.working = new PollLoop({ name: 'images.job', everyMs: pollMs, wakeup, run });
    const sample = async () => reportDepth(await jobs.depth());
    this.sampling = new PollLoop({ name: 'images.depth', everyMs: sampleMs, run: sample });
  }

  start(): void {
    this.sampling.start();
    this.working.start();
  }

  /** Resolves after the rendition in progress; the rest of the job returns to the queue. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all([this.sampling.stop(), this.working.stop()]);
  }

  /** Takes a job and processes it until it succeeds or fails; false if there was none. */
  async next(): Promise<boolean> {
    const job = await this.jobs.take();
    if (!job) return false;
    const heartbeat = setInterval(() => void this.renew(job), renewMs);
    try {
      await withTraceparent(job.traceparent ?? undefined, () => this.attempt(job));
    } catch (err) {
      this.log.warn(
        { err, imageId: job.imageId },
        'the result of an attempt was not stored; the job is free again when its lease expires',
      );
    } finally {
      clearInterval(heartbeat);
    }
    return true;
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
    await this.progress.publish(image);
    const { size, pieces } = await this.jobs.original(job);
    const photo = await this.renderer.open(size, pieces);
    try {
      for (const name of remainingRenditions(image.renditions)) {
        if (this.stopping) return await this.jobs.handBack(job);
        const { bytes, ...picture } = await photo.render(renditionPlans[name]);
        image = await this.jobs.saveRendition(job, { name, size: bytes.length, ...picture }, bytes);
        await this.progress.publish(image);
        await failpoint(`images.job.after-${name}`);
      }
    } finally {
      photo.close();
    }
    await this.progress.publish(await this.jobs.complete(job));
  }

  private async afterError(job: Job, error: unknown): Promise<void> {
    const facts = { imageId: job.imageId, attempt: job.attempts, err: error };
    if (error instanceof LeaseLost) return this.log.info(facts, 'another worker holds this job');
    this.log.warn(facts, 'an attempt failed');
    await this.progress.publish(await this.jobs.failed(job, failureOf(error)));
  }

  /** A failed renewal is harmless: the next one, or the next write, decides whether the lease still holds. */
  private async renew(job: Job): Promise<void> {
    await this.jobs.renew(job).catch((error: unknown) => this.log.debug({ err: error }, 'a lease was not renewed'));
  }
}
