import type { Position } from './cursor';
import type { EncodedEvent, Outgoing } from './encoded-event';
import type { Follower, Live } from './live';
import { before, type Splice, type Step } from './splice';
import type { FeedWindow } from './window';

/** Where a subscription's events go: one per transport. */
export interface Sink {
  event(event: EncodedEvent): void;
  passing(event: Outgoing): void;
  /** Something before this position is lost to this client. */
  reset(position: Position): void;
  /** Asked after each event of the past: resolves when the client has taken enough for more; undefined if it has by now. */
  room(): Promise<void> | undefined;
  /** The past is told; what comes next comes as it happens. */
  live?(): void;
}

/** The events of one channel that Kafka still has in a range of offsets. */
export interface LogPage {
  /** Lowest offset of the range that exists, of any channel. */
  first: number | undefined;
  events: readonly EncodedEvent[];
}

export interface FeedSource {
  readonly window: FeedWindow;
  readonly live: Live;
  readLog(channel: string, range: { partition: number; from: number; to: number }): Promise<LogPage>;
}

/**
 * One subscription at work: carries a channel from a splice's position to a sink, first the past, as fast as the sink takes it, then
 * live. The sink sees strictly rising `seq`, and a `reset` wherever something is missing. After `stop` it sees nothing any more.
 */
export class Following implements Follower {
  private stopped = false;

  constructor(
    private readonly feed: FeedSource,
    readonly splice: Splice,
    private readonly sink: Sink,
    /** Only events about this subject go to the sink; the others still count for what is missing. */
    private readonly subject: string | undefined,
  ) {}

  get channel(): string {
    return this.splice.channel;
  }

  /** Resolves at the live tail or when stopped, whichever comes first. Rejects when Kafka is needed and away. */
  async run(): Promise<void> {
    while (!this.stopped) {
      const step = this.splice.next(this.feed.window);
      if (step.kind === 'live') {
        // No await between the question and this line: an event in between would be lost.
        this.feed.live.add(this);
        this.sink.live?.();
        return;
      }
      await this.take(step);
    }
  }

  stop(): void {
    this.stopped = true;
    this.feed.live.remove(this);
  }

  onEvent(event: EncodedEvent): void {
    if (this.stopped) return;
    const verdict = this.splice.offer(event);
    if (verdict === 'seen') return;
    if (verdict === 'gap') this.sink.reset(before(event));
    if (this.wants(event)) this.sink.event(event);
  }

  onPassing(event: Outgoing): void {
    if (!this.stopped && this.wants(event)) this.sink.passing(event);
  }

  private async take(step: Exclude<Step, { kind: 'live' }>): Promise<void> {
    switch (step.kind) {
      case 'memory':
        return this.tell(step.events);
      case 'reset':
        return this.sink.reset(step.position);
      case 'log': {
        const { first, events } = await this.feed.readLog(this.channel, step);
        this.splice.openLog(step, first);
        await this.tell(events);
        if (!this.stopped) this.splice.closeLog(step);
        return;
      }
      default:
        return step satisfies never;
    }
  }

  /** The past, no faster than the client reads it. */
  private async tell(events: readonly EncodedEvent[]): Promise<void> {
    for (const event of events) {
      this.onEvent(event);
      const room = this.sink.room();
      if (room) await room;
      if (this.stopped) return;
    }
  }

  private wants({ subject }: { subject: string }): boolean {
    return this.subject === undefined || this.subject === subject;
  }
}
