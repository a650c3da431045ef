import { LogThrottle, failpoint, logger, PollLoop, reasonOf } from '@halftone/service';
import type { DeadLetters } from './dead-letters';
import type { EventDelivery } from './event-delivery';
import { actionOnParkedFailure } from './failure';
import { parkedAge, parkedEvents } from './metrics';
import type { ParkedEvent } from './parked-event';
import { type RetryQueue, withStatementTimeout } from './retry-queue';

/** Poll intervals while the retry queue has events, and while it is empty. */
const BUSY_POLL_MS = 100;
const IDLE_POLL_MS = 1000;
/** The number of keys that are handled concurrently. */
const CONCURRENCY = 8;
const MEASURE_EVERY_MS = 2000;

interface RetryWorkerOptions {
  group: string;
  queue: RetryQueue;
  delivery: EventDelivery;
  deadLetters: DeadLetters;
}

/**
 * Retries parked events, the first of each key, until they are handled or dead-lettered. Every replica runs one. A
 * claim gives an event to one of them at a time; a worker that lost its claim changes no row.
 */
export class RetryWorker {
  private readonly throttle = new LogThrottle();
  private readonly loop = new PollLoop({
    name: 'parked-events',
    everyMs: () => (this.isBusy ? BUSY_POLL_MS : IDLE_POLL_MS),
    run: () => this.run(),
  });
  private readonly running = new Set<Promise<void>>();
  private isBusy = true;
  private measuredAt = 0;

  constructor(private readonly options: RetryWorkerOptions) {}

  start(): void {
    this.loop.start();
  }

  /** Call it after an event was parked. */
  wake(): void {
    this.isBusy = true;
    this.loop.wake();
  }

  /** Resolves after the events that are being handled. */
  async stop(): Promise<void> {
    await this.loop.stop();
    await Promise.all(this.running);
  }

  private async run(): Promise<'more' | void> {
    const claimed = await this.claimMore();
    await this.measure();
    if (claimed > 0) return 'more';
  }

  /** Returns how many were claimed; their handling continues in the background. */
  private async claimMore(): Promise<number> {
    const free = CONCURRENCY - this.running.size;
    if (free === 0) return 0;
    const events = await withStatementTimeout(() => this.options.queue.claim(free));
    if (events.length > 0) await failpoint('consumer.parked.claimed');
    for (const event of events) {
      const work = this.work(event).finally(() => {
        this.running.delete(work);
        this.loop.wake();
      });
      this.running.add(work);
    }
    return events.length;
  }

  /** Never rejects. An event whose work failed is released, or becomes due when its claim expires. */
  private async work(event: ParkedEvent): Promise<void> {
    try {
      await (event.state === 'dying' ? this.deadLetter(event) : this.retry(event));
    } catch (error) {
      this.logFailure(error);
      await withStatementTimeout(() => this.options.queue.release(event)).catch(() => undefined);
    }
  }

  private async retry(event: ParkedEvent): Promise<void> {
    const { delivery, queue } = this.options;
    const { position, message } = event;
    try {
      const handled = await delivery.deliver(position, message);
      if (handled) delivery.count(position, message, 'done');
    } catch (error) {
      return this.recordFailure(event, error);
    }
    await failpoint('consumer.parked.handled');
    await withStatementTimeout(() => queue.remove(event));
  }

  private async recordFailure(event: ParkedEvent, error: unknown): Promise<void> {
    const { delivery, queue } = this.options;
    const { position, message, attempts } = event;
    const { offset } = message;
    const dead = actionOnParkedFailure(error, attempts) === 'dead-letter';
    logger('consumer').warn({ ...position, offset, attempts, dead, err: error }, 'parked event failed again');
    if (!dead) delivery.count(position, message, 'retried');
    await withStatementTimeout(() => (dead ? queue.markDeadLettering(event, error) : queue.reschedule(event, error)));
  }

  private async deadLetter(event: ParkedEvent): Promise<void> {
    const { delivery, queue, deadLetters } = this.options;
    await deadLetters.publish(event);
    await failpoint('consumer.letter.put');
    await withStatementTimeout(() => queue.markDeadLettered(event));
    delivery.count(event.position, event.message, 'dead');
  }

  private async measure(): Promise<void> {
    const { queue, group } = this.options;
    const now = Date.now();
    if (now - this.measuredAt < MEASURE_EVERY_MS) return;
    const { events, ageSeconds } = await withStatementTimeout(() => queue.depth());
    parkedEvents.set({ group }, events);
    parkedAge.set({ group }, ageSeconds);
    this.isBusy = events > 0;
    this.measuredAt = now;
  }

  private logFailure(error: unknown): void {
    const reason = reasonOf(error);
    if (this.throttle.isDue(reason))
      logger('consumer').warn({ reason }, 'parked events could not be processed; retrying');
  }
}
