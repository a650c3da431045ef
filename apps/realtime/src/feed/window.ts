import type { Position } from './cursor';
import type { EncodedEvent } from './encoded-event';

interface Held {
  /** Every record at or after this offset is in memory … */
  start: number;
  /** … up to this one, which is read next. */
  next: number;
}

/**
 * The last minutes of every channel, in memory.
 *
 * Guarantees: a channel's events are held in strictly rising `seq`; a `seq` at or below the channel's last is refused (the feed is at
 * least once on the wire); whatever `covers` says yes to can be read here without a gap.
 */
export class FeedWindow {
  private readonly partitions = new Map<number, Held>();
  private readonly rings = new Map<string, EncodedEvent[]>();

  /** Must be called for every partition with the first offset that will be read, before anything is added. */
  open(partition: number, offset: number): void {
    this.partitions.set(partition, { start: offset, next: offset });
  }

  /** False: the channel had this `seq` before. */
  add(event: EncodedEvent): boolean {
    this.pass(event.position.partition, event.position.offset);
    const ring = this.rings.get(event.channel);
    if (!ring) {
      this.rings.set(event.channel, [event]);
      return true;
    }
    if (event.position.seq <= lastSeq(ring)) return false;
    ring.push(event);
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
    const ring = this.rings.get(channel) ?? [];
    const from = firstAfter(ring, position);
    return ring.slice(from, from + limit);
  }

  /** The place after everything read so far. */
  tail(channel: string, partition: number): Position {
    return { seq: this.lastSeq(channel), partition, offset: this.held(partition).next - 1 };
  }

  /** 0 when nothing of the channel is in memory. */
  lastSeq(channel: string): number {
    return lastSeq(this.rings.get(channel) ?? []);
  }

  /** Forgets what Kafka took before `before` (epoch milliseconds). */
  prune(before: number): void {
    for (const [channel, ring] of this.rings) {
      const kept = ring.findIndex(({ at }) => at >= before);
      const gone = ring.splice(0, kept < 0 ? ring.length : kept).at(-1);
      if (gone) this.forgetUpTo(gone.position);
      if (ring.length === 0) this.rings.delete(channel);
    }
  }

  private forgetUpTo({ partition, offset }: Position): void {
    const held = this.held(partition);
    held.start = Math.max(held.start, offset + 1);
  }

  private held(partition: number): Held {
    const held = this.partitions.get(partition);
    if (!held) throw new Error(`partition ${partition} of the feed was not opened`);
    return held;
  }
}

const lastSeq = (ring: readonly EncodedEvent[]): number => ring.at(-1)?.position.seq ?? 0;

/** Both seq and offset rise along a ring, so the first event beyond both is found by halving. */
function firstAfter(ring: readonly EncodedEvent[], { seq, offset }: Position): number {
  let low = 0;
  let high = ring.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = ring[middle]?.position;
    if (at && (at.seq <= seq || at.offset <= offset)) low = middle + 1;
    else high = middle;
  }
  return low;
}
