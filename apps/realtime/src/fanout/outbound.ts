import type { Format } from './encoded-event';
import type { Turn } from './turn';

/** The part of a socket that is written to. */
export interface Wire {
  write(bytes: Uint8Array): boolean;
  /** Bytes the kernel has not taken yet. */
  readonly writableLength: number;
  readonly writableNeedDrain: boolean;
  readonly writable: boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

/** What the connections of a process have in common. */
export interface Egress {
  readonly turn: Turn;
  /** Bytes a connection may lag behind. */
  readonly limit: number;
  /** Whether one that lags further is spared the events in between, instead of being closed. */
  readonly conflates: boolean;
  /** A connection was given up. */
  overflowed(): void;
}

/** Beyond this a turn's frames are handed to the socket at once instead of at its end. */
export const joinBytes = 64 * 1024;

/**
 * The only way bytes of ours reach a connection: whole frames, in the order given, one write per turn. Memory per connection is bounded
 * by `limit` and one `push`; a client that does not read so much is given up by `onOverflow`, called once, and what it was not sent is
 * dropped.
 */
export class Outbound {
  private first: Buffer | undefined;
  /** Only while more than one waits; begins with the first. */
  private all: Buffer[] | undefined;
  private bytes = 0;
  private closed = false;

  constructor(
    private readonly egress: Egress,
    private readonly wire: Wire,
    readonly format: Format,
    private readonly owner: { onOverflow(): void },
  ) {}

  /** One or more whole frames. */
  push(frames: Buffer): void {
    if (this.closed) return;
    if (this.isFull) return this.overflow();
    if (!this.first) {
      this.first = frames;
      this.egress.turn.addConnection(this);
    } else if (this.all) this.all.push(frames);
    else this.all = [this.first, frames];
    this.bytes += frames.length;
    if (this.bytes >= joinBytes) this.flush();
  }

  /** The same for events. False: not taken, and the client is to be told the latest once there is room. */
  offer(frames: Buffer): boolean {
    if (this.mustWait) return false;
    this.push(frames);
    return true;
  }

  /** Nothing more that can wait until there is room. */
  get mustWait(): boolean {
    return this.egress.conflates && !this.closed && this.isFull;
  }

  flush(): void {
    const { first, all } = this;
    if (!first) return;
    this.drop();
    if (this.wire.writable) this.wire.write(all ? this.egress.turn.join(all) : first);
  }

  /** The client takes less than it is sent: what may be lost is better not sent to it now. */
  get isCongested(): boolean {
    return this.wire.writableNeedDrain;
  }

  /** For whoever has much to say and can wait: resolves when the kernel has taken it, or the connection is gone. */
  room(): Promise<void> | undefined {
    const plenty = Math.min(joinBytes, this.egress.limit / 2);
    if (this.closed || this.bytes + this.wire.writableLength < plenty) return undefined;
    this.flush();
    if (!this.isCongested) return undefined;
    return new Promise((resolve) => {
      const done = () => {
        this.wire.off('drain', done);
        this.wire.off('close', done);
        resolve();
      };
      this.wire.once('drain', done);
      this.wire.once('close', done);
    });
  }

  /** Sends what waits; takes nothing more. */
  close(): void {
    this.flush();
    this.closed = true;
  }

  private get isFull(): boolean {
    return this.bytes + this.wire.writableLength > this.egress.limit;
  }

  private drop(): void {
    this.first = undefined;
    this.all = undefined;
    this.bytes = 0;
  }

  private overflow(): void {
    this.closed = true;
    this.drop();
    this.egress.overflowed();
    this.owner.onOverflow();
  }
}
