import type { Position } from '../feed/cursor';
import type { GroupMember } from './fanout-group';
import { Conflation } from './conflation';
import type { EncodedEvent, Format, Outgoing } from '../feed/encoded-event';
import type { LiveChannels } from './live-channels';
import type { Outbound } from './outbound';
import { before, type CatchUp, type Step } from './catch-up';
import type { FeedWindow } from '../feed/window';

/** The connection that receives the events of its subscriptions. */
export interface Sink {
  /** Set for a connection that writes frames; it can share bytes with others. */
  readonly outbound?: Outbound;
  event(event: EncodedEvent): void;
  ephemeral(event: Outgoing): void;
  /** Events before this position are lost; `name` is the client's name of the channel. */
  reset(position: Position, name: string, channel: string): void;
  /** Called before each past event: resolves when the buffer has space; undefined if it has now, or never will have. */
  space(): Promise<void> | undefined;
  /** A page of the log was read, with or without events for this client. */
  logRead?(): void;
  /** The past is sent; the next events are live. */
  onLive?(): void;
}

/** Selects the events for a client; the others still count for gap detection. */
export interface Filter {
  subject?: string | undefined;
  types?: ReadonlySet<string> | undefined;
}

/** The events of one channel that the backplane still stores in a range of offsets. */
export interface LogPage {
  /** The lowest stored offset of the range, of any channel. */
  first: number | undefined;
  /** Everything before it was read or deleted; at least the end of the range. */
  to: number;
  events: readonly EncodedEvent[];
}

export interface FeedSource {
  readonly window: FeedWindow;
  readonly live: LiveChannels;
  readLog(channel: string, range: { partition: number; from: number; to: number }): Promise<LogPage>;
}

/** How many past events are processed before the event loop continues. */
const eventsPerTurn = 256;
const untilNextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * A running subscription of a sink to a channel. It first sends the past, as fast as the sink accepts it, then live events.
 * The sink sees strictly rising `seq`, and a `reset` for every gap. After `stop` it sees nothing.
 */
export class ChannelSubscription implements GroupMember {
  private stopped = false;
  private hasLeftGroup = false;
  private conflation: Conflation | undefined;

  constructor(
    private readonly feed: FeedSource,
    public catchUp: CatchUp,
    private readonly sink: Sink,
    readonly filter?: Filter,
    /** The client's name of the channel. */
    readonly name = '',
  ) {}

  get channel(): string {
    return this.catchUp.channel;
  }

  get shares(): Format | undefined {
    return this.filter || this.hasLeftGroup || this.conflation ? undefined : this.sink.outbound?.format;
  }

  /** Resolves when live or stopped. Rejects when Kafka is needed and down. */
  async run(): Promise<void> {
    while (!this.stopped) {
      const step = this.catchUp.next(this.feed.window);
      if (step.kind === 'live') {
        // There must be no await since `next`: an event in between would be lost.
        this.feed.live.add(this);
        this.sink.onLive?.();
        return;
      }
      await this.perform(step);
    }
  }

  stop(): void {
    this.stopped = true;
    this.feed.live.remove(this);
  }

  /** From now on gets the events one by one: the connection has a second subscription to this channel and must send each event once. */
  leaveGroup(): void {
    if (this.hasLeftGroup) return;
    this.hasLeftGroup = true;
    this.feed.live.leaveGroup(this);
  }

  onEvent(event: EncodedEvent): void {
    if (this.stopped) return;
    if (this.conflation) this.conflation.keep(event);
    else if (this.deliver(event) === 'wait') this.startConflating(event);
  }

  onEphemeral(event: Outgoing): void {
    if (!this.stopped && this.wants(event)) this.sink.ephemeral(event);
  }

  onSharedBytes(bytes: Buffer): boolean {
    return this.sink.outbound?.pushEvents(bytes) ?? false;
  }

  /** `wait`: not delivered, because the buffer is full. A closed connection ends the subscription. */
  private deliver(event: EncodedEvent): 'done' | 'wait' {
    const verdict = this.catchUp.verdictOn(event);
    if (verdict === 'seen') return 'done';
    const wanted = this.wants(event);
    const answer = wanted ? this.sink.outbound?.forEvent : undefined;
    if (answer === 'wait') return 'wait';
    if (answer === 'drop') this.stop();
    if (this.stopped) return 'done';
    this.catchUp.accept(event);
    if (verdict === 'gap') this.sink.reset(before(event), this.name, this.channel);
    if (wanted) this.sink.event(event);
    return 'done';
  }

  private async perform(step: Exclude<Step, { kind: 'live' }>): Promise<void> {
    switch (step.kind) {
      case 'memory':
        await this.replay(step.events);
        // More events follow, perhaps none for this client: it must not block the event loop.
        return step.events.length >= eventsPerTurn ? untilNextTurn() : undefined;
      case 'reset':
        return this.sink.reset(step.position, this.name, this.channel);
      case 'log': {
        const { first, to, events } = await this.feed.readLog(this.channel, step);
        this.catchUp.openLog(step, first);
        await this.replay(events);
        if (this.stopped) return;
        this.catchUp.closeLog({ to });
        this.sink.logRead?.();
        return;
      }
      default:
        return step satisfies never;
    }
  }

  /** Sends past events, no faster than the client reads them. */
  private async replay(events: readonly EncodedEvent[]): Promise<void> {
    for (const event of events) {
      const space = this.sink.space();
      if (space) await space;
      while (!this.stopped && this.deliver(event) === 'wait') await this.waitForSpace();
      if (this.stopped) return;
    }
  }

  /** The client is too slow: from now on it gets only the latest event of each subject, as fast as it reads. */
  private startConflating(event: EncodedEvent): void {
    this.conflation = new Conflation();
    this.conflation.keep(event);
    void this.drainConflation(this.conflation);
  }

  private async drainConflation(conflation: Conflation): Promise<void> {
    for (let event = conflation.oldest; event; event = conflation.oldest) {
      const space = this.sink.space();
      if (space) await space;
      if (this.stopped) return;
      // The oldest may have changed.
      if (conflation.oldest && this.deliver(conflation.oldest) === 'done') conflation.drop();
      else await this.waitForSpace();
    }
    this.conflation = undefined;
  }

  /** Waits for space in the buffer, at least for one turn of the event loop. */
  private waitForSpace(): Promise<void> {
    return this.sink.space() ?? untilNextTurn();
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
