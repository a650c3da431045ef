import type { Socket } from 'node:net';
import { ReadRate } from './read-rate';

/** How much of refused bodies is read, and how fast. */
export interface RefusedBodyLimits {
  /** Bytes of one body. */
  refusedBody: number;
  /** Time for one body. */
  refusedBodyMs: number;
  /** Bytes per second of all refused bodies together. */
  refusedBodyRate: number;
  /** Connections whose refused body is still read. */
  refusedBodies: number;
}

/** The body of one connection; `discard` keeps nothing. */
export interface RefusedBody {
  discard(bytes: Buffer): void;
}

/**
 * Ends connections whose clients are still sending a body that was refused. A client that is reset while it sends may
 * lose the answer (RFC 9112 §9.6). So the sending side is closed first, and what arrives is discarded for a while
 * without being parsed. A paused connection keeps the bytes that the system has read of it, so their number is
 * limited; the others close once the answer is sent.
 */
export class RefusedBodies {
  private open = 0;
  private readonly rate: ReadRate;

  constructor(private readonly limits: RefusedBodyLimits) {
    this.rate = new ReadRate(limits.refusedBodyRate);
  }

  /** Undefined when there are too many; then the connection closes by itself. `close` is called beyond a limit of one body. */
  refuse(socket: Socket, close: () => void): RefusedBody | undefined {
    if (this.open >= this.limits.refusedBodies) {
      socket.pause();
      socket.destroySoon();
      return undefined;
    }
    this.open += 1;
    const late = setTimeout(close, this.limits.refusedBodyMs).unref();
    socket.once('close', () => {
      this.open -= 1;
      clearTimeout(late);
    });
    socket.end();
    return this.discarding(socket, close);
  }

  private discarding(socket: Socket, close: () => void): RefusedBody {
    let seen = 0;
    return {
      discard: ({ length }) => {
        seen += length;
        if (seen > this.limits.refusedBody) return close();
        const pauseMs = this.rate.count(length, performance.now());
        if (pauseMs === 0) return;
        socket.pause();
        setTimeout(() => socket.resume(), pauseMs).unref();
      },
    };
  }
}
