import type { EncodedEvent } from '../feed/encoded-event';
import type { ChannelSubscription, Sink } from '../fanout/channel-subscription';
import type { Connection } from './connections.service';

/** The most events of one answer; its cursor leads to the rest. */
const maxEvents = 500;

/** The most pages of the log that one poll reads, of 2,000 records each; its cursor leads to the rest. */
const maxLogPages = 5;

/**
 * One poll: collects the events after its cursor and ends. Without any it waits for the first event, at most `waitMs`,
 * and includes the other events of the same turn.
 */
export class PollConnection implements Connection, Sink {
  readonly transport = 'long-poll';
  private readonly events: EncodedEvent[] = [];
  private readonly finished = Promise.withResolvers<void>();
  private subscription: ChannelSubscription | undefined;
  private timer: NodeJS.Timeout | undefined;
  private wasReset = false;
  private logPages = 0;
  private isLive = false;

  constructor(private readonly waitMs: number) {}

  /** Resolves when there is an answer, or after the waiting time. `run` brings the subscription to its live tail. */
  async collect(
    subscription: ChannelSubscription,
    run: (subscription: ChannelSubscription) => Promise<void>,
  ): Promise<void> {
    this.subscription = subscription;
    await run(subscription);
    await this.finished.promise;
  }

  /** No events, and nothing left to read. */
  get isEmpty(): boolean {
    return this.events.length === 0 && !this.wasReset && this.isLive;
  }

  get delivered(): number {
    return this.events.length;
  }

  /** The body, from the encoded JSON of the events. */
  body(): string {
    const reset = this.wasReset ? ',"reset":true' : '';
    return `{"events":[${this.events.map(({ json }) => json).join(',')}],"cursor":${JSON.stringify(this.cursor)}${reset}}`;
  }

  event(event: EncodedEvent): void {
    this.events.push(event);
    if (this.events.length === maxEvents) this.finish();
    else if (this.isLive) setImmediate(() => this.finish());
  }

  reset(): void {
    this.wasReset = true;
  }

  ephemeral(): void {
    // An ephemeral event has no cursor, so a poll does not return it.
  }

  space(): undefined {
    // An answer is limited by `maxEvents` only.
  }

  logRead(): void {
    if (++this.logPages === maxLogPages) this.finish();
  }

  onLive(): void {
    this.isLive = true;
    if (!this.isEmpty || this.waitMs === 0) this.finish();
    else this.timer = setTimeout(() => this.finish(), this.waitMs);
  }

  beat(): void {
    // A poll ends before any proxy timeout.
  }

  leave(): void {
    this.finish();
  }

  cut(): void {
    this.finish();
  }

  finish(): void {
    clearTimeout(this.timer);
    this.subscription?.stop();
    this.finished.resolve();
  }

  /** How far the channel was read, including other channels' events. */
  get cursor(): string {
    return this.subscription?.catchUp.cursor ?? '';
  }
}
