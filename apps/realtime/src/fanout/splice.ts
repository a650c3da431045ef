import { cursorInvalid, cursorOf, earliest, type Position, positionOf } from './cursor';
import type { EncodedEvent } from './encoded-event';
import { type FeedWindow, isBehind } from './window';

/** What a subscription has to do next to come from its cursor to the live tail. */
export type Step =
  /** Deliver these, then ask again. */
  | { kind: 'memory'; events: EncodedEvent[] }
  /** Read these offsets (the second one excluded) from Kafka, offer the channel's events between `openLog` and `closeLog`, then ask again. */
  | { kind: 'log'; partition: number; from: number; to: number }
  /** Something may be lost: say so to the client with this position, then ask again. */
  | { kind: 'reset'; position: Position }
  /** Nothing is missing: from this very turn of the event loop on, take live events. */
  | { kind: 'live' };

/** `gap`: deliver it, but first tell the client that something before it is lost. */
export type Verdict = 'next' | 'seen' | 'gap';

/** Where the past of a subscription was found. */
export const sources = ['memory', 'kafka', 'reset'] as const;

const page = 256;
const logPage = 2_000;

/**
 * Joins the past of one channel to its live tail.
 *
 * It pulls: as long as something lies between its position and the tail, `next` says where to read it, and only when nothing does
 * it says `live`. The caller must attach to the live feed in the same turn in which it was told so; then no event can fall in
 * between, and no live event has to be buffered while an old one is replayed.
 *
 * Whatever comes is judged by `offer`: delivered `seq` rises strictly, and since `seq` is gapless by the database, a jump is a loss
 * and never passes silently.
 */
export class Splice {
  /** Retention may have taken records after our position; the next event's seq tells. */
  private doubtful = false;
  private fromLog = false;
  private wasReset = false;

  constructor(
    readonly channel: string,
    private at: Position,
    /** The client knows nothing of the past, so nothing of it can be missing to it. */
    private readonly fresh = false,
  ) {}

  get position(): Position {
    return this.at;
  }

  get cursor(): string {
    return cursorOf(this.channel, this.at);
  }

  /** Where the past came from, once `next` has said `live`. */
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
    if (this.doubtful && !complete) return this.reset(window.tail(this.channel, partition));
    this.doubtful = false;
    return { kind: 'live' };
  }

  /** Before the events of a `log` step: `first` is the lowest offset of the range that Kafka still has, of any channel. */
  openLog({ from }: { from: number }, first: number | undefined): void {
    this.fromLog = true;
    if (first !== from && !this.fresh) this.doubtful = true;
  }

  /** After them. */
  closeLog({ to }: { to: number }): void {
    this.at = { ...this.at, offset: Math.max(this.at.offset, to - 1) };
  }

  /** Every event, old or live, goes through here before it goes to a client. */
  offer(event: EncodedEvent): Verdict {
    const verdict = this.verdictOn(event);
    if (verdict === 'seen') return verdict;
    this.at = event.position;
    this.doubtful = false;
    this.wasReset ||= verdict === 'gap';
    return verdict;
  }

  /** What `offer` would say. */
  verdictOn({ position }: EncodedEvent): Verdict {
    if (isBehind(position, this.at)) return 'seen';
    const lost = this.at.seq > 0 ? position.seq !== this.at.seq + 1 : this.doubtful;
    return lost ? 'gap' : 'next';
  }

  /** Whether both, at the live tail, will judge every event alike. */
  standsWith({ at }: Splice): boolean {
    return at.seq === this.at.seq && (at.seq > 0 || at.offset === this.at.offset);
  }

  /** One that goes on from here by itself. */
  copy(): Splice {
    return new Splice(this.channel, this.at);
  }

  private reset(position: Position): Step {
    this.at = position;
    this.doubtful = false;
    this.wasReset = true;
    return { kind: 'reset', position };
  }
}

/** The place right before an event: where a client may go on after a `gap`. */
export const before = ({ position }: EncodedEvent): Position => ({
  ...position,
  seq: position.seq - 1,
  offset: position.offset - 1,
});

/**
 * The start of a subscription. Without a cursor it is the live tail. Throws CURSOR_INVALID when the cursor is none of this channel; a
 * cursor ahead of this replica is let through, because another replica may have read further: see `isAhead`.
 */
export function spliceAt(window: FeedWindow, channel: string, partition: number, cursor: string | undefined): Splice {
  if (cursor === undefined) return new Splice(channel, window.tail(channel, partition));
  if (cursor === earliest) return new Splice(channel, { seq: 0, partition, offset: -1 }, true);
  const position = positionOf(channel, cursor);
  if (position.partition !== partition) throw cursorInvalid('The feed was divided anew since this cursor was issued');
  return new Splice(channel, position);
}

/** Whether only Kafka can say if this position exists yet. */
export const isAhead = (window: FeedWindow, { partition, offset }: Position): boolean =>
  offset >= window.next(partition);
