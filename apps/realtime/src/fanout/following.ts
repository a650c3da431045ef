import type { Position } from './cursor';
import type { Follower } from './audience';
import { Conflation } from './conflation';
import type { EncodedEvent, Format, Outgoing } from './encoded-event';
import type { Live } from './live';
import type { Outbound } from './outbound';
import { before, type Splice, type Step } from './splice';
import type { FeedWindow } from './window';

/** Where the events of subscriptions go: one per connection. */
export interface Sink {
  /** Set where events are frames on a wire; a connection that stands where others stand is then given the same bytes. */
  readonly outbound?: Outbound;
  event(event: EncodedEvent): void;
  passing(event: Outgoing): void;
  /** Something before this position is lost to this client; `name` is what it calls the channel. */
  reset(position: Position, name: string, channel: string): void;
  /** Asked before each event of the past: resolves when the client has taken enough for more; undefined if it has by now. */
  room(): Promise<void> | undefined;
  /** The past is told; what comes next comes as it happens. */
  live?(): void;
}

/** Only these events go to a client; the others still count for what is missing. */
export interface Filter {
  subject?: string | undefined;
  types?: ReadonlySet<string> | undefined;
}

/** The events of one channel that the backplane still has in a range of offsets. */
export interface LogPage {
  /** Lowest offset of the range that exists, of any channel. */
  first: number | undefined;
  /** Everything before it was looked through or is gone; at least the end of the range. */
  to: number;
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
  private isApart = false;
  private kept: Conflation | undefined;

  constructor(
    private readonly feed: FeedSource,
    public splice: Splice,
    private readonly sink: Sink,
    readonly filter?: Filter,
    /** What the client calls the channel. */
    readonly name = '',
  ) {}

  get channel(): string {
    return this.splice.channel;
  }

  get shares(): Format | undefined {
    return this.filter || this.isApart || this.kept ? undefined : this.sink.outbound?.format;
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

  /** Event by event from now on: for a connection that has a second subscription to this channel and must not be told twice. */
  standApart(): void {
    if (this.isApart) return;
    this.isApart = true;
    this.feed.live.setApart(this);
  }

  onEvent(event: EncodedEvent): void {
    if (this.stopped) return;
    if (this.kept) this.kept.keep(event);
    else if (!this.deliver(event)) this.fallBehind(event);
  }

  onPassing(event: Outgoing): void {
    if (!this.stopped && this.wants(event)) this.sink.passing(event);
  }

  onShared(bytes: Buffer): boolean {
    return this.sink.outbound?.offer(bytes) ?? false;
  }

  /** False, and nothing has happened: there is no room. */
  private deliver(event: EncodedEvent): boolean {
    const verdict = this.splice.verdictOn(event);
    if (verdict === 'seen') return true;
    const wanted = this.wants(event);
    if (wanted && this.sink.outbound?.mustWait) return false;
    this.splice.offer(event);
    if (verdict === 'gap') this.sink.reset(before(event), this.name, this.channel);
    if (wanted) this.sink.event(event);
    return true;
  }

  private async take(step: Exclude<Step, { kind: 'live' }>): Promise<void> {
    switch (step.kind) {
      case 'memory':
        return this.tell(step.events);
      case 'reset':
        return this.sink.reset(step.position, this.name, this.channel);
      case 'log': {
        const { first, to, events } = await this.feed.readLog(this.channel, step);
        this.splice.openLog(step, first);
        await this.tell(events);
        if (!this.stopped) this.splice.closeLog({ to });
        return;
      }
      default:
        return step satisfies never;
    }
  }

  /** The past, no faster than the client reads it. */
  private async tell(events: readonly EncodedEvent[]): Promise<void> {
    for (const event of events) {
      do {
        const room = this.sink.room();
        if (room) await room;
        if (this.stopped) return;
      } while (!this.deliver(event));
    }
  }

  /** Events come faster than the client reads: from now on it is told the latest of each subject, whenever it has read what it was sent. */
  private fallBehind(event: EncodedEvent): void {
    this.kept = new Conflation();
    this.kept.keep(event);
    void this.catchUp(this.kept);
  }

  private async catchUp(kept: Conflation): Promise<void> {
    for (let event = kept.oldest; event; event = kept.oldest) {
      const room = this.sink.room();
      if (room) await room;
      if (this.stopped) return;
      // The oldest may be another one by now.
      if (kept.oldest && this.deliver(kept.oldest)) kept.drop();
    }
    this.kept = undefined;
  }

  private wants({ subject, type }: Outgoing): boolean {
    const { filter } = this;
    if (!filter) return true;
    return (
      (filter.subject === undefined || filter.subject === subject) &&
      (filter.types === undefined || filter.types.has(type))
    );
  }
}
