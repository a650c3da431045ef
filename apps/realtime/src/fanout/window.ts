import type { Position } from './cursor';
import type { EncodedEvent } from './encoded-event';
import { EventQueue } from './event-queue';

interface Held {
  /** Every record at or after this offset is in memory … */
  start: number;
  /** … up to this one, which is read next. */
  next: number;
}

interface Ring {
  events: EventQueue;
  /** Offset of the last record that was refused as a repetition; -1 when none was. */
  repeated: number;
}

/**
 * The last minutes of every channel, in memory, and no more bytes than the limit: the oldest go first, whosever they are.
 *
 * Guarantees: a channel's events are held in strictly rising `seq`; a `seq` at or below the channel's last is refused (the feed is at
 * least once on the wire); whatever `covers` says yes to can be read here without a gap.
 */
export class FeedWindow {
  private readonly partitions = new Map<number, Held>();
  private readonly rings = new Map<string, Ring>();
  /** All rings' events, in the order they were read. */
  private readonly order = new EventQueue();
  private weight = 0;

  /** `limit`: bytes of memory, by the events' own weight. */
  constructor(private readonly limit = Infinity) {}

  /**
   * Must be called for every partition with the first offset that will be read, before anything is added. Called again, all is
   * forgotten: something may be missing between it and what comes.
   */
  open(partition: number, offset: number): void {
    if (this.partitions.has(partition)) while (this.order.first) this.forgetOldest();
    this.partitions.set(partition, { start: offset, next: offset });
  }

  /** How many events are in memory, of all channels. */
  get size(): number {
    return this.order.length;
  }

  /** The most memory they can take, in bytes. */
  get bytes(): number {
    return this.weight;
  }

  /** False: the channel had this `seq` before. */
  add(event: EncodedEvent): boolean {
    this.pass(event.position.partition, event.position.offset);
    const ring = this.ring(event.channel);
    if (event.position.seq <= lastSeq(ring)) {
      ring.repeated = event.position.offset;
      return false;
    }
    ring.events.push(event);
    this.order.push(event);
    this.weight += event.weight;
    while (this.weight > this.limit) this.forgetOldest();
    return true;
  }

  /** A record that holds nothing for anybody was read. */
  pass(partition: number, offset: number): void {
    this.held(partition).next = offset + 1;
  }

  /** The offset read next: how far this replica has come. */
  next(partition: number): number {
    return this.held(partition).next;
  }

  /** The oldest offset from which on memory is complete. */
  start(partition: number): number {
    return this.held(partition).start;
  }

  covers({ partition, offset }: Position): boolean {
    return offset + 1 >= this.held(partition).start;
  }

  /** At most `limit` events of the channel after a position that is covered, in order. */
  after(channel: string, position: Position, limit: number): EncodedEvent[] {
    return this.rings.get(channel)?.events.from((event) => isBehind(event.position, position), limit) ?? [];
  }

  /** The place after everything read so far. */
  tail(channel: string, partition: number): Position {
    return { seq: this.lastSeq(channel), partition, offset: this.held(partition).next - 1 };
  }

  /** 0 when nothing of the channel is in memory. */
  lastSeq(channel: string): number {
    return lastSeq(this.rings.get(channel));
  }

  /** Forgets what was read before `before` (epoch milliseconds). */
  prune(before: number): void {
    while (this.order.first && this.order.first.at < before) this.forgetOldest();
  }

  private forgetOldest(): void {
    const gone = this.order.shift();
    const ring = gone && this.rings.get(gone.channel);
    if (!ring) return;
    ring.events.shift();
    this.weight -= gone.weight;
    this.forgetUpTo(gone.position.partition, Math.max(gone.position.offset, ring.repeated));
    if (ring.events.length === 0) this.rings.delete(gone.channel);
  }

  private ring(channel: string): Ring {
    const known = this.rings.get(channel);
    if (known) return known;
    const fresh = { events: new EventQueue(), repeated: -1 };
    this.rings.set(channel, fresh);
    return fresh;
  }

  /** A cursor may stand on a repetition, whose first copy is what memory held: with that gone, only Kafka knows what follows. */
  private forgetUpTo(partition: number, offset: number): void {
    const held = this.held(partition);
    held.start = Math.max(held.start, offset + 1);
  }

  private held(partition: number): Held {
    const held = this.partitions.get(partition);
    if (!held) throw new Error(`partition ${partition} of the feed was not opened`);
    return held;
  }
}

const lastSeq = (ring: Ring | undefined): number => ring?.events.last?.position.seq ?? 0;

/**
 * Whether an event lies behind a position. A known `seq` decides alone: the same event may stand at two offsets, and another replica
 * may have shown the other copy.
 */
export const isBehind = (event: Position, { seq, offset }: Position): boolean =>
  seq > 0 ? event.seq <= seq : event.offset <= offset;
