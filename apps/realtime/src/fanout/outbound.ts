import type { Format } from '../feed/encoded-event';
import { type Answer, answers, type OutboundState, type SlowConsumer } from './outbound-state';
import type { EventLoopTurn } from './event-loop-turn';

/** The writing side of a socket. */
export interface Wire {
  write(bytes: Uint8Array): boolean;
  /** Bytes that the kernel has not accepted yet. */
  readonly writableLength: number;
  /** False after the end, even while bytes wait: then `drain` never comes. */
  readonly writableNeedDrain: boolean;
  readonly writable: boolean;
  readonly destroyed: boolean;
  once(event: 'drain' | 'close', listener: () => void): unknown;
  off(event: 'drain' | 'close', listener: () => void): unknown;
}

/** The settings that all connections of a process share. */
export interface Egress {
  readonly turn: EventLoopTurn;
  /** The most bytes that may wait for a connection. */
  readonly limit: number;
  /** How a connection beyond that limit is treated. */
  readonly slowConsumer: SlowConsumer;
  /** Called when a connection is disconnected as too slow. */
  overflowed(): void;
}

/** Beyond this size a turn's frames are written immediately instead of at its end. */
export const joinBytes = 64 * 1024;

/** How soon a full socket is checked again if it emits no `drain`, because its own limit is above ours. */
const recheckMs = 10;
const later = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, recheckMs));

/**
 * The outbound queue of a connection: whole frames in order, one write per turn. Its memory is bounded by `limit` and one `push`.
 * Beyond that it drops the rest and calls `onOverflow` once.
 *
 * `state` decides everything, by the table in `outbound-state.ts`. When an answer is `wait`, `room` returns a pending promise,
 * so a loop over both never blocks the event loop.
 */
export class Outbound {
  private first: Buffer | undefined;
  /** Set while more than one frame waits; includes the first. */
  private all: Buffer[] | undefined;
  private bytes = 0;
  private closed = false;

  constructor(
    private readonly egress: Egress,
    private readonly wire: Wire,
    readonly format: Format,
    private readonly owner: { onOverflow(): void },
  ) {}

  get state(): OutboundState {
    const { wire } = this;
    if (wire.destroyed) return 'destroyed';
    if (!wire.writable) return 'ending';
    if (this.closed) return 'closed';
    return this.bytes + wire.writableLength > this.egress.limit ? 'full' : 'open';
  }

  /** The answer for an event that is pushed now. */
  get forEvent(): Answer {
    return answers[this.state][this.egress.slowConsumer].event;
  }

  /** Adds one or more whole frames. */
  push(frames: Buffer): void {
    switch (answers[this.state][this.egress.slowConsumer].message) {
      case 'take':
        return this.take(frames);
      case 'overflow':
        return this.overflow();
    }
  }

  /** Adds frames of events. False: not accepted; send the latest events once the buffer has space. */
  pushEvents(frames: Buffer): boolean {
    if (this.forEvent === 'wait') return false;
    this.push(frames);
    return true;
  }

  flush(): void {
    const { first, all } = this;
    if (!first) return;
    this.drop();
    if (this.wire.writable) this.wire.write(all ? this.egress.turn.join(all) : first);
  }

  /** The client reads more slowly than we write, so ephemeral messages should be dropped. */
  get isCongested(): boolean {
    return this.wire.writableNeedDrain;
  }

  /**
   * Backpressure for long sends: resolves when the kernel has accepted some bytes, or the connection is destroyed.
   * Undefined if the buffer has space now, or never will have.
   */
  space(): Promise<void> | undefined {
    const plenty = Math.min(joinBytes, this.egress.limit / 2);
    if (this.forEvent === 'drop' || this.bytes + this.wire.writableLength < plenty) return undefined;
    this.flush();
    if (this.isCongested) return this.drained();
    return this.state === 'full' ? later() : undefined;
  }

  /** Sends the waiting frames; accepts nothing more. */
  close(): void {
    this.flush();
    this.closed = true;
  }

  private take(frames: Buffer): void {
    if (!this.first) {
      this.first = frames;
      this.egress.turn.addConnection(this);
    } else if (this.all) this.all.push(frames);
    else this.all = [this.first, frames];
    this.bytes += frames.length;
    if (this.bytes >= joinBytes) this.flush();
  }

  private drained(): Promise<void> {
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
