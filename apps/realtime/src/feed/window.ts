import type { Position } from './cursor';
import type { EncodedEvent } from './encoded-event';
import { EventQueue } from './event-queue';

interface PartitionRange {
  /** All records from this offset on are in memory. */
  start: number;
  /** The offset that is read next. */
  next: number;
}

interface ChannelEvents {
  events: EventQueue;
  /** The offset of the last repetition that was refused; -1 for none. */
  repeated: number;
}

/**
 * The last minutes of every channel in memory. Beyond the limit of bytes the oldest events of all channels are evicted.
 *
 * Guarantees: a channel's events have strictly rising `seq`; a `seq` at or below the channel's last is refused, because the feed is
 * at least once; from a position that `covers` accepts, all events can be read without a gap.
 */
export class FeedWindow {
  private readonly partitions = new Map<number, PartitionRange>();
  private readonly channels = new Map<string, ChannelEvents>();
  /** All channels' events, in the order they were read. */
  private readonly order = new EventQueue();
  private weight = 0;

  /** `limit`: bytes of memory, by the events' weight. */
  constructor(private readonly limit = Infinity) {}

  /**
   * Must be called for every partition with its first offset, before `add`. A second call clears the window,
   * because events may be missing before the new offset.
   */
  open(partition: number, offset: number): void {
    if (this.partitions.has(partition)) while (this.order.first) this.evictOldest();
    this.partitions.set(partition, { start: offset, next: offset });
  }

  /** The number of events of all channels. */
  get size(): number {
    return this.order.length;
  }

  /** Their maximum memory in bytes. */
  get bytes(): number {
    return this.weight;
  }

  /** False if the channel had this `seq` before. */
  add(event: EncodedEvent): boolean {
    this.skip(event.position.partition, event.position.offset);
    const channelEvents = this.eventsOf(event.channel);
    if (event.position.seq <= lastSeq(channelEvents)) {
      channelEvents.repeated = event.position.offset;
      return false;
    }
    channelEvents.events.push(event);
    this.order.push(event);
    this.weight += event.weight;
    while (this.order.first && this.weight > this.limit) this.evictOldest();
    return true;
  }

  /** Skips a record without an event. */
  skip(partition: number, offset: number): void {
    this.rangeOf(partition).next = offset + 1;
  }

  /** The offset that is read next. */
  next(partition: number): number {
    return this.rangeOf(partition).next;
  }

  /** The oldest offset from which on the window is complete. */
  start(partition: number): number {
    return this.rangeOf(partition).start;
  }

  covers({ partition, offset }: Position): boolean {
    return offset + 1 >= this.rangeOf(partition).start;
  }

  /** At most `limit` events of the channel after a covered position, in order. */
  after(channel: string, position: Position, limit: number): EncodedEvent[] {
    return this.channels.get(channel)?.events.from((event) => isBehind(event.position, position), limit) ?? [];
  }

  /** The position after everything read so far. */
  tail(channel: string, partition: number): Position {
    return { seq: this.lastSeq(channel), partition, offset: this.rangeOf(partition).next - 1 };
  }

  /** 0 if no event of the channel is in memory. */
  lastSeq(channel: string): number {
    return lastSeq(this.channels.get(channel));
  }

  /** Evicts events that were read before `before` (epoch ms). */
  prune(before: number): void {
    while (this.order.first && this.order.first.at < before) this.evictOldest();
  }

  private evictOldest(): void {
    const gone = this.order.shift();
    const channelEvents = gone && this.channels.get(gone.channel);
    if (!channelEvents) return;
    channelEvents.events.shift();
    this.weight -= gone.weight;
    this.advanceStart(gone.position.partition, Math.max(gone.position.offset, channelEvents.repeated));
    if (channelEvents.events.length === 0) this.channels.delete(gone.channel);
  }

  private eventsOf(channel: string): ChannelEvents {
    const known = this.channels.get(channel);
    if (known) return known;
    const fresh = { events: new EventQueue(), repeated: -1 };
    this.channels.set(channel, fresh);
    return fresh;
  }

  /** A cursor may be at a repetition whose first copy was evicted; then only Kafka has the events after it. */
  private advanceStart(partition: number, offset: number): void {
    const range = this.rangeOf(partition);
    range.start = Math.max(range.start, offset + 1);
  }

  private rangeOf(partition: number): PartitionRange {
    const range = this.partitions.get(partition);
    if (!range) throw new Error(`partition ${partition} of the feed was not opened`);
    return range;
  }
}

const lastSeq = (channelEvents: ChannelEvents | undefined): number => channelEvents?.events.last?.position.seq ?? 0;

/**
 * Whether an event is at or before a position. A known `seq` decides alone: the same event may have two offsets,
 * and another replica may have sent the other copy.
 */
export const isBehind = (event: Position, { seq, offset }: Position): boolean =>
  seq > 0 ? event.seq <= seq : event.offset <= offset;
