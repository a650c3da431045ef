import { setTimeout as sleep } from 'node:timers/promises';
import { Complaint, failpoint, logger, reasonOf, runInCall } from '@halftone/service';
import type { DeadLetters } from './dead-letters';
import type { EventDelivery } from './event-delivery';
import { verdictOnParked } from './failure';
import { parkedAge, parkedEvents } from './metrics';
import type { ParkedEvent, Parking } from './parking';

/** How often is looked while something is parked, and while nothing is. */
const BUSY_POLL_MS = 100;
const IDLE_POLL_MS = 1000;
/** So many keys are worked on side by side. */
const TOGETHER = 8;
const STATEMENT_MS = 5000;
const LONGEST_BACKOFF_MS = 2000;
const HOUR_MS = 3_600_000;
const COUNT_EVERY_MS = 2000;

export interface ParkedWorkerOptions {
  group: string;
  parking: Parking;
  delivery: EventDelivery;
  deadLetters: DeadLetters;
}

/**
 * Tries parked events again, the first of each key, until they are handled or in the dead letters. Runs in every replica; a claim
 * makes sure that one of them has an event at a time, and one that lost its claim in between changes no row.
 */
export class ParkedWorker {
  private readonly aborted = new AbortController();
  private readonly complaint = new Complaint();
  private readonly inHand = new Set<Promise<void>>();
  private running: Promise<void> | undefined;
  private bell = Promise.withResolvers<void>();
  private isBusy = true;
  private countedAt = 0;
  private prunedAt = Date.now();

  constructor(private readonly options: ParkedWorkerOptions) {}

  start(): void {
    this.running ??= this.runUntilStopped();
  }

  /** There is something new. */
  wake(): void {
    this.isBusy = true;
    this.bell.resolve();
  }

  /** Ends after the events in hand. */
  async stop(): Promise<void> {
    this.aborted.abort();
    this.bell.resolve();
    await this.running;
  }

  private async runUntilStopped(): Promise<void> {
    for (let failures = 0; !this.aborted.signal.aborted;) {
      this.bell = Promise.withResolvers();
      try {
        const claimed = await this.takeMore();
        await this.lookAround();
        failures = 0;
        if (claimed === 0) await this.pause(this.isBusy ? BUSY_POLL_MS : IDLE_POLL_MS);
      } catch (error) {
        failures += 1;
        this.complain(error);
        await this.pause(Math.min(BUSY_POLL_MS * 2 ** failures, LONGEST_BACKOFF_MS));
      }
    }
    await Promise.all(this.inHand);
  }

  /** Answers how many were claimed; the work on them goes on behind it. */
  private async takeMore(): Promise<number> {
    const free = TOGETHER - this.inHand.size;
    if (free === 0) return 0;
    const events = await inTime(() => this.options.parking.claim(free));
    if (events.length > 0) await failpoint('consumer.parked.claimed');
    for (const event of events) {
      const work = this.work(event).finally(() => {
        this.inHand.delete(work);
        this.wake();
      });
      this.inHand.add(work);
    }
    return events.length;
  }

  /** Never rejects: an event whose work broke off is given back, or comes back when its claim runs out. */
  private async work(event: ParkedEvent): Promise<void> {
    try {
      await (event.state === 'dying' ? this.bury(event) : this.tryAgain(event));
    } catch (error) {
      this.complain(error);
      await inTime(() => this.options.parking.release(event)).catch(() => undefined);
    }
  }

  private async tryAgain(event: ParkedEvent): Promise<void> {
    const { delivery, parking } = this.options;
    const { position, message } = event;
    try {
      const handled = await delivery.deliver(position, message);
      if (handled) delivery.count(position, message, 'done');
    } catch (error) {
      return this.failAgain(event, error);
    }
    await failpoint('consumer.parked.handled');
    await inTime(() => parking.settle(event));
  }

  private async failAgain(event: ParkedEvent, error: unknown): Promise<void> {
    const { delivery, parking } = this.options;
    const { position, message, attempts } = event;
    const { offset } = message;
    const dead = verdictOnParked(error, attempts) === 'dead';
    logger('consumer').warn({ ...position, offset, attempts, dead, err: error }, 'parked event failed again');
    if (!dead) delivery.count(position, message, 'retried');
    await inTime(() => (dead ? parking.giveUp(event, error) : parking.postpone(event, error)));
  }

  private async bury(event: ParkedEvent): Promise<void> {
    const { delivery, parking, deadLetters } = this.options;
    await deadLetters.put(event);
    await failpoint('consumer.letter.put');
    await inTime(() => parking.bury(event));
    delivery.count(event.position, event.message, 'dead');
  }

  private async lookAround(): Promise<void> {
    const { parking, group } = this.options;
    const now = Date.now();
    if (now - this.countedAt >= COUNT_EVERY_MS) {
      const { events, ageSeconds } = await inTime(() => parking.pile());
      parkedEvents.set({ group }, events);
      parkedAge.set({ group }, ageSeconds);
      this.isBusy = events > 0;
      this.countedAt = now;
    }
    if (now - this.prunedAt < HOUR_MS) return;
    await inTime(() => parking.forgetOldTombstones());
    this.prunedAt = now;
  }

  private complain(error: unknown): void {
    const reason = reasonOf(error);
    if (this.complaint.isDue(reason)) logger('consumer').warn({ reason }, 'parked events wait; trying again');
  }

  private async pause(ms: number): Promise<void> {
    const poll = sleep(ms, undefined, { signal: this.aborted.signal }).catch(() => undefined);
    await Promise.race([this.bell.promise, poll]);
  }
}

const inTime = <R>(work: () => Promise<R>): Promise<R> => runInCall({ deadline: Date.now() + STATEMENT_MS }, work);
