import { logger } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { retryAfterSeconds } from '../access/capacity';
import { BACKPLANE, type Backplane, type FeedRecord, type LogRange } from '../feed/backplane.service';
import { CONFIG, type RealtimeConfig } from '../config';
import { DomainError } from '@halftone/kernel';
import { cursorInvalid } from '../feed/cursor';
import { signCursorsWith } from '../feed/cursor-signature.service';
import { EncodedEvent, encodeFeedEvent } from '../feed/encoded-event';
import { delivering, duplicates, reportWindow, resumes } from './feed.metrics';
import { type FeedSource, type Filter, ChannelSubscription, type LogPage, type Sink } from './channel-subscription';
import { LiveChannels } from './live-channels';
import { isAhead, type CatchUp, catchUpFrom } from './catch-up';
import { EventLoopTurn } from './event-loop-turn';
import { FeedWindow } from '../feed/window';

const PRUNE_MS = 5_000;

/** The most log pages that are read or queued at a time, each of at most 2,000 records; they are read one after the other. */
export const maxPages = 32;

/**
 * The feed of this replica: the window in memory and the live events. It is ready once all events from before the start are in memory.
 * Any replica serves any cursor, from memory or else from the backplane.
 */
@Injectable()
export class FeedService implements FeedSource {
  readonly window: FeedWindow;
  readonly live: LiveChannels;
  private readonly log = logger('feed');
  /** The pages in progress. */
  private readonly pages = new Map<string, Promise<LogPage>>();
  private sweep: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    @Inject(BACKPLANE) private readonly backplane: Backplane,
    turn: EventLoopTurn,
  ) {
    signCursorsWith(config.REALTIME_CURSOR_KEY);
    this.window = new FeedWindow(config.REALTIME_WINDOW_BYTES);
    this.live = new LiveChannels(turn);
  }

  /** Throws CURSOR_INVALID for a cursor of another channel, and for one beyond the end of the feed. */
  async open(channel: string, cursor: string | undefined): Promise<CatchUp> {
    const catchUp = catchUpFrom(this.window, channel, this.backplane.partitionOf(channel), cursor);
    const ahead = isAhead(this.window, catchUp.position);
    if (ahead && !(await this.backplane.exists(catchUp.position)))
      throw cursorInvalid('The cursor is beyond the end of the feed');
    return catchUp;
  }

  follow(catchUp: CatchUp, sink: Sink, filter?: Filter, name?: string): ChannelSubscription {
    return new ChannelSubscription(this, catchUp, sink, filter, name);
  }

  /** Resolves when the subscription is live. `resumed`: the client came with a cursor. */
  async run(subscription: ChannelSubscription, resumed: boolean): Promise<void> {
    await subscription.run();
    if (resumed) resumes.inc({ source: subscription.catchUp.source });
  }

  /**
   * Reads a page of the past. Concurrent requests for the same page share one read. A client that needs several pages queues for each.
   * Throws OVERLOADED when too many pages are queued.
   */
  async readLog(channel: string, range: LogRange): Promise<LogPage> {
    const key = `${channel} ${range.partition} ${range.from} ${range.to}`;
    const known = this.pages.get(key);
    if (known) return known;
    if (this.pages.size >= maxPages) throw tooManyPages();
    const page = this.readPage(channel, range).finally(() => this.pages.delete(key));
    this.pages.set(key, page);
    return page;
  }

  private async readPage(channel: string, range: LogRange): Promise<LogPage> {
    const { first, to, records } = await this.backplane.read(range, channel);
    const ours = records.filter(({ value }) => value.channel === channel);
    const events = ours.flatMap((record) => this.encode(record) ?? []);
    // The window serves its own part, even if retention has gone further.
    return { first, to: Math.min(to, this.window.start(range.partition)), events };
  }

  async start(): Promise<void> {
    const age = this.config.REALTIME_WINDOW_MINUTES * 60_000;
    this.sweep ??= setInterval(() => this.prune(age), Math.min(PRUNE_MS, age)).unref();
    await this.backplane.start({
      open: (partition, offset) => this.window.open(partition, offset),
      take: (record) => this.receive(record),
    });
    reportWindow(this.window);
  }

  private prune(age: number): void {
    this.window.prune(Date.now() - age);
    reportWindow(this.window);
  }

  async stop(): Promise<void> {
    clearInterval(this.sweep);
    await this.backplane.stop();
  }

  /** Must not throw: the reader would repeat the same record for ever. */
  private receive(received: FeedRecord): void {
    const event = this.encode(received);
    if (!event) return this.window.skip(received.partition, Number(received.offset));
    if (!this.window.add(event)) duplicates.inc();
    else if (this.live.has(event.channel)) delivering(received, () => this.live.publish(event));
  }

  /** Skips an invalid record; the clients of its channel then see the gap in `seq`. */
  private encode({ value, partition, offset }: FeedRecord): EncodedEvent | undefined {
    try {
      return encodeFeedEvent(value, partition, Number(offset), Date.now());
    } catch (err) {
      this.log.error({ err, partition, offset }, 'a feed record is invalid');
      return undefined;
    }
  }
}

const tooManyPages = () =>
  new DomainError('OVERLOADED', 'Too many clients resume from old cursors; try again later', [], {
    retryAfterSeconds: retryAfterSeconds(),
  });
