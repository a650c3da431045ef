import type { EncodedEvent } from '../fanout/encoded-event';
import type { Following, Sink } from '../fanout/following';
import type { Connection } from './connections.service';

/** Events of one answer at most; the cursor leads to the rest. */
const most = 500;

/**
 * One poll: takes what lies between the cursor and now and is done; when there is nothing, waits for the first event, at most
 * `waitMs`. The events of the turn in which it came go with it.
 */
export class PollConnection implements Connection, Sink {
  readonly transport = 'long-poll';
  private readonly taken: EncodedEvent[] = [];
  private readonly finished = Promise.withResolvers<void>();
  private following: Following | undefined;
  private timer: NodeJS.Timeout | undefined;
  private wasReset = false;
  private isLive = false;

  constructor(private readonly waitMs: number) {}

  /** Resolves when there is something to answer, or nothing came. `run` brings the subscription to its live tail. */
  async collect(following: Following, run: (following: Following) => Promise<void>): Promise<void> {
    this.following = following;
    await run(following);
    await this.finished.promise;
  }

  get isEmpty(): boolean {
    return this.taken.length === 0 && !this.wasReset;
  }

  get delivered(): number {
    return this.taken.length;
  }

  /** The body: events that are encoded already are not encoded again. */
  body(): string {
    const reset = this.wasReset ? ',"reset":true' : '';
    return `{"events":[${this.taken.map(({ json }) => json).join(',')}],"cursor":${JSON.stringify(this.cursor)}${reset}}`;
  }

  event(event: EncodedEvent): void {
    this.taken.push(event);
    if (this.taken.length === most) this.finish();
    else if (this.isLive) setImmediate(() => this.finish());
  }

  reset(): void {
    this.wasReset = true;
  }

  passing(): void {
    // Nothing that has no cursor is worth an answer.
  }

  room(): undefined {
    // Memory is the only limit of an answer, and `most` sets it.
  }

  live(): void {
    this.isLive = true;
    if (!this.isEmpty || this.waitMs === 0) this.finish();
    else this.timer = setTimeout(() => this.finish(), this.waitMs);
  }

  beat(): void {
    // A poll ends by itself before any line falls asleep.
  }

  leave(): void {
    this.finish();
  }

  cut(): void {
    this.finish();
  }

  finish(): void {
    clearTimeout(this.timer);
    this.following?.stop();
    this.finished.resolve();
  }

  /** As far as the channel was looked through, whoever's events those were. */
  get cursor(): string {
    return this.following?.splice.cursor ?? '';
  }
}
