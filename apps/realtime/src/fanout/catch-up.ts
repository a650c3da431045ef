import { cursorInvalid, cursorOf, earliest, type Position, positionOf } from '../feed/cursor';
import type { EncodedEvent } from '../feed/encoded-event';
import { type FeedWindow, isBehind } from '../feed/window';

/** The next step of a subscription from its cursor to the live tail. */
export type Step =
  /** Deliver these events, then call `next` again. */
  | { kind: 'memory'; events: EncodedEvent[] }
  /** Read these offsets (`to` excluded) from Kafka, accept the channel's events between `openLog` and `closeLog`, then call `next` again. */
  | { kind: 'log'; partition: number; from: number; to: number }
  /** Events may be lost: send a reset with this position, then call `next` again. */
  | { kind: 'reset'; position: Position }
  /** Nothing is missing: in this same turn of the event loop, attach to the live events. */
  | { kind: 'live' };

/** `gap`: send a reset first, because events before it are lost, then deliver it. */
export type Verdict = 'next' | 'seen' | 'gap';

/** The source of the past events of a subscription. */
export const sources = ['memory', 'kafka', 'reset'] as const;

const page = 256;
const logPage = 2_000;

/**
 * Brings a subscription from its cursor to the live tail of one channel, without gaps or duplicates.
 *
 * It pulls: while there are events between its position and the tail, `next` returns where to read them; then it returns `live`.
 * The caller must attach to the live events in the same turn. So no event is missed, and none must be buffered during a replay.
 *
 * `accept` checks every event. Delivered `seq` rises strictly. The database makes `seq` gapless, so a jump is a loss,
 * and it is always reported.
 */
export class CatchUp {
  /** Retention may have deleted records after our position; the next event's `seq` decides. */
  private mayHaveGap = false;
  private fromLog = false;
  private wasReset = false;

  constructor(
    readonly channel: string,
    private at: Position,
    /** The client has no past events, so none can be missing. */
    private readonly startsEmpty = false,
  ) {}

  get position(): Position {
    return this.at;
  }

  get cursor(): string {
    return cursorOf(this.channel, this.at);
  }

  /** The source of the past events, once `next` has returned `live`. */
  get source(): (typeof sources)[number] {
    if (this.wasReset) return 'reset';
    return this.fromLog ? 'kafka' : 'memory';
  }

  next(window: FeedWindow): Step {
    const { partition, offset } = this.at;
    if (!window.covers(this.at)) {
      const from = offset + 1;
      return { kind: 'log', partition, from, to: Math.min(window.start(partition), from + logPage) };
    }
    const events = window.after(this.channel, this.at, page);
    if (events.length > 0) return { kind: 'memory', events };
    const complete = this.at.seq > 0 && window.lastSeq(this.channel) === this.at.seq;
    if (this.mayHaveGap && !complete) return this.reset(window.tail(this.channel, partition));
    this.mayHaveGap = false;
    return { kind: 'live' };
  }

  /** Call before the events of a `log` step. `first` is the lowest stored offset of the range, of any channel. */
  openLog({ from }: { from: number }, first: number | undefined): void {
    this.fromLog = true;
    if (first !== from && !this.startsEmpty) this.mayHaveGap = true;
  }

  /** Call after the events of a `log` step. */
  closeLog({ to }: { to: number }): void {
    this.at = { ...this.at, offset: Math.max(this.at.offset, to - 1) };
  }

  /** Checks an event, old or live, before its delivery, and moves the position. */
  accept(event: EncodedEvent): Verdict {
    const verdict = this.verdictOn(event);
    if (verdict === 'seen') return verdict;
    this.at = event.position;
    this.mayHaveGap = false;
    this.wasReset ||= verdict === 'gap';
    return verdict;
  }

  /** The verdict of `accept`, without moving. */
  verdictOn({ position }: EncodedEvent): Verdict {
    if (isBehind(position, this.at)) return 'seen';
    const lost = this.at.seq > 0 ? position.seq !== this.at.seq + 1 : this.mayHaveGap;
    return lost ? 'gap' : 'next';
  }

  /** Whether both give the same verdict on every live event. */
  hasSamePositionAs({ at }: CatchUp): boolean {
    return at.seq === this.at.seq && (at.seq > 0 || at.offset === this.at.offset);
  }

  /** An independent copy at the same position. */
  copy(): CatchUp {
    return new CatchUp(this.channel, this.at);
  }

  private reset(position: Position): Step {
    this.at = position;
    this.mayHaveGap = false;
    this.wasReset = true;
    return { kind: 'reset', position };
  }
}

/** The position right before an event, where a client can resume after a `gap`. */
export const before = ({ position }: EncodedEvent): Position => ({
  ...position,
  seq: position.seq - 1,
  offset: position.offset - 1,
});

/**
 * Starts a subscription at its cursor, or at the live tail without one. Throws CURSOR_INVALID for a cursor of another channel.
 * Accepts a cursor ahead of this replica, because another replica may have read further: see `isAhead`.
 */
export function catchUpFrom(
  window: FeedWindow,
  channel: string,
  partition: number,
  cursor: string | undefined,
): CatchUp {
  if (cursor === undefined) return new CatchUp(channel, window.tail(channel, partition));
  if (cursor === earliest) return new CatchUp(channel, { seq: 0, partition, offset: -1 }, true);
  const position = positionOf(channel, cursor);
  if (position.partition !== partition)
    throw cursorInvalid('The partitions of the feed have changed since this cursor was issued');
  return new CatchUp(channel, position);
}

/** Whether the position is beyond what this replica has read, so that only Kafka knows if it exists. */
export const isAhead = (window: FeedWindow, { partition, offset }: Position): boolean =>
  offset >= window.next(partition);
