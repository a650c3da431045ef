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

/** Beyond this a turn's frames are handed to the socket at once instead of at its end. */
const joinBytes = 64 * 1024;

/**
 * Writes what the connections of a process were given during one turn of the event loop, at its end: one write per connection. The
 * system call is most of what a delivery costs, so it is paid once for all frames of the turn.
 */
export class Turn {
  private waiting: Outbound[] = [];
  private last: { frames: readonly Buffer[]; bytes: Buffer } | undefined;

  add(outbound: Outbound): void {
    if (this.waiting.length === 0) setImmediate(() => this.end());
    this.waiting.push(outbound);
  }

  /** Connections of one channel mostly wait for the same frames: those share the joined bytes. */
  join(frames: readonly Buffer[]): Buffer {
    const [only] = frames;
    if (only && frames.length === 1) return only;
    const known = this.last;
    if (known && known.frames.length === frames.length && known.frames.every((frame, at) => frame === frames[at]))
      return known.bytes;
    const bytes = Buffer.concat(frames);
    this.last = { frames, bytes };
    return bytes;
  }

  private end(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const outbound of waiting) outbound.flush();
    this.last = undefined;
  }
}

/**
 * The only way bytes of ours reach a connection: whole frames, in the order given. Memory per connection is bounded by `limit` and one
 * frame; a client that does not read so much is given up by `onOverflow`, called once, and what it was not sent is dropped.
 */
export class Outbound {
  private frames: Buffer[] = [];
  private bytes = 0;
  private closed = false;

  constructor(
    private readonly turn: Turn,
    private readonly wire: Wire,
    private readonly limit: number,
    private readonly onOverflow: () => void,
  ) {}

  push(frame: Buffer): void {
    if (this.closed) return;
    if (this.bytes + this.wire.writableLength > this.limit) return this.overflow();
    if (this.frames.length === 0) this.turn.add(this);
    this.frames.push(frame);
    this.bytes += frame.length;
    if (this.bytes >= joinBytes) this.flush();
  }

  flush(): void {
    const frames = this.frames;
    if (frames.length === 0) return;
    this.frames = [];
    this.bytes = 0;
    if (this.wire.writable) this.wire.write(this.turn.join(frames));
  }

  /** The client takes less than it is sent: what may be lost is better not sent to it now. */
  get isCongested(): boolean {
    return this.wire.writableNeedDrain;
  }

  /** For whoever has much to say and can wait: resolves when the kernel has taken it, or the connection is gone. */
  room(): Promise<void> | undefined {
    if (this.closed || this.bytes + this.wire.writableLength < Math.min(joinBytes, this.limit / 2)) return undefined;
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

  private overflow(): void {
    this.closed = true;
    this.frames = [];
    this.bytes = 0;
    this.onOverflow();
  }
}
