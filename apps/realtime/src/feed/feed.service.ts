import { type eventsV1, type Topic, topics } from '@halftone/contracts';
import { type Reading, type Received, TopicReader } from '@halftone/kafka';
import { DomainError } from '@halftone/kernel';
import { Lifecycle, logger } from '@halftone/service';
import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type RealtimeConfig } from '../config';
import { cursorInvalid, type Position } from './cursor';
import { EncodedEvent, encodeFeedEvent } from './encoded-event';
import { delivering, duplicates, reportWindow, resumes } from './feed.metrics';
import { type FeedSource, Following, type LogPage, type Sink } from './following';
import { Live } from './live';
import { isAhead, type Splice, spliceAt } from './splice';
import { FeedWindow } from './window';

const PRUNE_MS = 5_000;

/**
 * The feed as this replica has it: every partition, read from the window's age on, for ever. Ready once everything that existed
 * at the start is in memory. Any replica answers any cursor, from memory, else from Kafka.
 */
@Injectable()
export class FeedService implements FeedSource {
  readonly window = new FeedWindow();
  readonly live = new Live();
  private readonly log = logger('feed');
  private readonly topic: Topic<eventsV1.FeedEvent>;
  private reading: Reading | undefined;
  private sweep: NodeJS.Timeout | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: RealtimeConfig,
    private readonly reader: TopicReader,
    lifecycle: Lifecycle,
  ) {
    this.topic = { ...topics.feed, name: config.REALTIME_FEED_TOPIC };
    lifecycle.onStart('consume', 'feed', () => this.start());
    lifecycle.onStop('flush', 'feed', () => this.stop());
  }

  /** Throws CURSOR_INVALID for a cursor of another channel or one that no replica can have issued yet. */
  async open(channel: string, cursor: string | undefined): Promise<Splice> {
    const splice = spliceAt(this.window, channel, this.reader.partitionFor(this.topic, channel), cursor);
    const ahead = isAhead(this.window, splice.position);
    if (ahead && !(await this.exists(splice.position))) throw cursorInvalid('The cursor lies in the future');
    return splice;
  }

  follow(splice: Splice, sink: Sink, subject: string | undefined): Following {
    return new Following(this, splice, sink, subject);
  }

  /** Resolves when the subscription stands at the live tail. `resumed`: the client came with a cursor. */
  async run(following: Following, resumed: boolean): Promise<void> {
    await following.run();
    if (resumed) resumes.inc({ source: following.splice.source });
  }

  async readLog(
    channel: string,
    { partition, from, to }: { partition: number; from: number; to: number },
  ): Promise<LogPage> {
    const first = Math.max(from, (await this.ends(partition)).low);
    if (first >= to) return { first: undefined, events: [] };
    const range = { topic: this.topic, partition, fromOffset: String(first), toOffset: String(to) };
    const answer = await this.reader.readRange(range).catch(kafkaIsAway);
    if (answer.reset) return { first: undefined, events: [] };
    const ours = answer.events.filter(({ value }) => value.channel === channel);
    return { first, events: ours.flatMap((event) => this.encode(event) ?? []) };
  }

  private async start(): Promise<void> {
    const age = this.config.REALTIME_WINDOW_MINUTES * 60_000;
    const onMessage = (event: Received<eventsV1.FeedEvent>) => this.take(event);
    this.reading = await this.reader.readAll({ topic: this.topic, fromTimestamp: Date.now() - age, onMessage });
    for (const [partition, offset] of this.reading.start) this.window.open(partition, Number(offset));
    this.sweep = setInterval(() => this.prune(age), Math.min(PRUNE_MS, age)).unref();
    await this.reading.caughtUp;
    reportWindow(this.window.size);
  }

  private prune(age: number): void {
    this.window.prune(Date.now() - age);
    reportWindow(this.window.size);
  }

  private async stop(): Promise<void> {
    clearInterval(this.sweep);
    await this.reading?.stop();
  }

  /** Must not throw: the reader would hand the same record over for ever. */
  private take(received: Received<eventsV1.FeedEvent>): void {
    const event = this.encode(received);
    if (!event) return this.window.pass(received.partition, Number(received.offset));
    if (!this.window.add(event)) duplicates.inc();
    else if (this.live.has(event.channel)) delivering(received, () => this.live.publish(event));
  }

  /** A record that cannot be shown is passed over here; the hole in `seq` then tells the clients of its channel. */
  private encode({ value, partition, offset }: Received<eventsV1.FeedEvent>): EncodedEvent | undefined {
    try {
      return encodeFeedEvent(value, partition, Number(offset), Date.now());
    } catch (err) {
      this.log.error({ err, partition, offset }, 'a feed record cannot be shown');
      return undefined;
    }
  }

  private async exists({ partition, offset }: Position): Promise<boolean> {
    return offset < (await this.ends(partition)).high;
  }

  private async ends(partition: number): Promise<{ low: number; high: number }> {
    const all = await this.reader.endOffsets(this.topic).catch(kafkaIsAway);
    const found = all.find((end) => end.partition === partition);
    return { low: Number(found?.low ?? 0), high: Number(found?.high ?? 0) };
  }
}

function kafkaIsAway(cause: unknown): never {
  throw new DomainError('UNAVAILABLE', 'The past of this channel cannot be read at the moment', [], { cause });
}
