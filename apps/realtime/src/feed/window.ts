import type { Position } from './cursor';
import type { EncodedEvent } from './encoded-event';

interface Held {
  /** Every record at or after this offset is in memory … */
  start: number;
  /** … up to this one, which is read next. */
  next: number;
}

interface Ring {
  events: EncodedEvent[];
  /** Offset of the last record that was refused as a repetition; -1 when none was. */
  repeated: number;
}

/**
 * The last minutes of every channel, in memory.
 *
 * Guarantees: a channel's events are held in strictly rising `seq`; a `seq` at or below the channel's last is refused (the feed is at
 * least once on the wire); whatever `covers` says yes to can be read here without a gap.
 */
export class FeedWindow {
  private readonly partitions = new Map<number, Held>();
  private readonly rings = new Map<string, Ring>();
  private total = 0;

  /** Must be called for every partition with the first offset that will be read, before anything is added. */
  open(partition: number, offset: number): void {
    this.partitions.set(partition, { start: offset, next: offset });
  }

  /** How many events are in memory, of all channels. */
  get size(): number {
    return this.total;
  }

  /** False: the channel had this `seq` before. */
  add(event: EncodedEvent): boolean {
    this.pass(event.position.partition, event.position.offset);
    const ring = this.rings.get(event.channel);
    if (!ring) {
      this.rings.set(event.channel, { events: [event], repeated: -1 });
      this.total += 1;
      return true;
    }
    if (event.position.seq <= lastSeq(ring.events)) {
      ring.repeated = event.position.offset;
      return false;
    }
    ring.events.push(event);
    this.total += 1;
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
    const events = this.rings.get(channel)?.events ?? [];
    const from = firstAfter(events, position);
    return events.slice(from, from + limit);
  }

  /** The place after everything read so far. */
  tail(channel: string, partition: number): Position {
    return { seq: this.lastSeq(channel), partition, offset: this.held(partition).next - 1 };
  }

  /** 0 when nothing of the channel is in memory. */
  lastSeq(channel: string): number {
    return lastSeq(this.rings.get(channel)?.events ?? []);
  }

  /** Forgets what was read before `before` (epoch milliseconds). */
  prune(before: number): void {
    for (const [channel, { events, repeated }] of this.rings) {
      const kept = events.findIndex(({ at }) => at >= before);
      const removed = events.splice(0, kept < 0 ? events.length : kept);
      this.total -= removed.length;
      const gone = removed.at(-1);
      if (gone) this.forgetUpTo(gone.position.partition, Math.max(gone.position.offset, repeated));
      if (events.length === 0) this.rings.delete(channel);
    }
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

const lastSeq = (events: readonly EncodedEvent[]): number => events.at(-1)?.position.seq ?? 0;

/**
 * Whether an event lies behind a position. A known `seq` decides alone: the same event may stand at two offsets, and another replica
 * may have shown the other copy.
 */
export const isBehind = (event: Position, { seq, offset }: Position): boolean =>
  seq > 0 ? event.seq <= seq : event.offset <= offset;

/** Both seq and offset rise along a ring, so the first event beyond a position is found by halving. */
function firstAfter(events: readonly EncodedEvent[], position: Position): number {
  let low = 0;
  let high = events.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const event = events[middle];
    if (event && isBehind(event.position, position)) low = middle + 1;
    else high = middle;
  }
  return low;
}
