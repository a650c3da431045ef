import { Lifecycle, logger } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { BACKPLANE, type Backplane, type FeedRecord, type LogRange } from '../backplane/feed.backplane';
import { CONFIG, type RealtimeConfig } from '../config';
import { cursorInvalid } from '../fanout/cursor';
import { signCursorsWith } from '../fanout/cursor.seal';
import { EncodedEvent, encodeFeedEvent } from '../fanout/encoded-event';
import { delivering, duplicates, reportWindow, resumes } from './feed.metrics';
import { type FeedSource, type Filter, Following, type LogPage, type Sink } from '../fanout/following';
import { Live } from '../fanout/live';
import { isAhead, type Splice, spliceAt } from '../fanout/splice';
import { Turn } from '../fanout/turn';
import { FeedWindow } from '../fanout/window';

const PRUNE_MS = 5_000;

/**
 * The feed as this replica has it: everything from the window's age on, for ever. Ready once everything that existed
 * at the start is in memory. Any replica answers any cursor, from memory, else from what the backplane keeps.
 */
@Injectable()
export class FeedService implements FeedSource {
  readonly window: FeedWindow;
  readonly live: Live;
  private readonly log = logger('feed');
  /** Those that are being read. */
  private readonly pages = new Map<string, Promise<LogPage>>();
  private sweep: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    @Inject(BACKPLANE) private readonly backplane: Backplane,
    turn: Turn,
    lifecycle: Lifecycle,
  ) {
    signCursorsWith(config.REALTIME_CURSOR_KEY);
    this.window = new FeedWindow(config.REALTIME_WINDOW_BYTES);
    this.live = new Live(turn);
    lifecycle.onStart('consume', 'feed', () => this.start());
    lifecycle.onStop('flush', 'feed', () => this.stop());
  }

  /** Throws CURSOR_INVALID for a cursor of another channel or one that no replica can have issued yet. */
  async open(channel: string, cursor: string | undefined): Promise<Splice> {
    const splice = spliceAt(this.window, channel, this.backplane.partitionOf(channel), cursor);
    const ahead = isAhead(this.window, splice.position);
    if (ahead && !(await this.backplane.exists(splice.position))) throw cursorInvalid('The cursor lies in the future');
    return splice;
  }

  follow(splice: Splice, sink: Sink, filter?: Filter, name?: string): Following {
    return new Following(this, splice, sink, filter, name);
  }

  /** Resolves when the subscription stands at the live tail. `resumed`: the client came with a cursor. */
  async run(following: Following, resumed: boolean): Promise<void> {
    await following.run();
    if (resumed) resumes.inc({ source: following.splice.source });
  }

  /** Many may come with the same old cursor: those who want the same page while it is read are given the same one. */
  readLog(channel: string, range: LogRange): Promise<LogPage> {
    const key = `${channel} ${range.partition} ${range.from} ${range.to}`;
    const page = this.pages.get(key) ?? this.readPage(channel, range).finally(() => this.pages.delete(key));
    this.pages.set(key, page);
    return page;
  }

  private async readPage(channel: string, range: LogRange): Promise<LogPage> {
    const { first, to, records } = await this.backplane.read(range, channel);
    const ours = records.filter(({ value }) => value.channel === channel);
    const events = ours.flatMap((record) => this.encode(record) ?? []);
    // What memory holds is read there, even if retention has come further.
    return { first, to: Math.min(to, this.window.start(range.partition)), events };
  }

  private async start(): Promise<void> {
    const age = this.config.REALTIME_WINDOW_MINUTES * 60_000;
    this.sweep ??= setInterval(() => this.prune(age), Math.min(PRUNE_MS, age)).unref();
    await this.backplane.start({
      open: (partition, offset) => this.window.open(partition, offset),
      take: (record) => this.take(record),
    });
    reportWindow(this.window);
  }

  private prune(age: number): void {
    this.window.prune(Date.now() - age);
    reportWindow(this.window);
  }

  private async stop(): Promise<void> {
    clearInterval(this.sweep);
    await this.backplane.stop();
  }

  /** Must not throw: the reader would hand the same record over for ever. */
  private take(received: FeedRecord): void {
    const event = this.encode(received);
    if (!event) return this.window.pass(received.partition, Number(received.offset));
    if (!this.window.add(event)) duplicates.inc();
    else if (this.live.has(event.channel)) delivering(received, () => this.live.publish(event));
  }

  /** A record that cannot be shown is passed over here; the hole in `seq` then tells the clients of its channel. */
  private encode({ value, partition, offset }: FeedRecord): EncodedEvent | undefined {
    try {
      return encodeFeedEvent(value, partition, Number(offset), Date.now());
    } catch (err) {
      this.log.error({ err, partition, offset }, 'a feed record cannot be shown');
      return undefined;
    }
  }
}
