import type { Writable } from 'node:stream';
import * as ws from 'ws';

/** Receives the frames of a client. */
export interface FrameListener {
  onMessage(data: Buffer, isBinary: boolean): void;
  onPing(payload: Buffer): void;
  onPong(): void;
  /** The client's close; 1005 means a close without a code. */
  onCloseFrame(code: number): void;
  /** The client violated the protocol; close with this code. */
  onViolation(code: number): void;
}

/** The internal state of the `ws` reader, which shows whether it is between messages. */
interface Receiver extends Writable {
  readonly _state: number;
  readonly _loop: boolean;
  readonly _errored: boolean;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
}

/** `ws` exports it, but its types do not. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Receiver };

const beforeFrame = 0;

/** Close codes of RFC 6455 §7.4.1 for the errors of `ws` with a specific code. */
const codes: Readonly<Record<string, number>> = {
  WS_ERR_INVALID_UTF8: 1007,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
};
const protocolError = 1002;

export class FrameReader extends Receiver {
  private listener: FrameListener | undefined;

  constructor(options: object) {
    super({ ...options, isServer: true });
    this.on('message', (data: Buffer, isBinary: boolean) => this.listener?.onMessage(data, isBinary));
    this.on('ping', (payload: Buffer) => this.listener?.onPing(payload));
    this.on('pong', () => this.listener?.onPong());
    this.on('conclude', (code: number) => this.listener?.onCloseFrame(code));
    this.on('error', ({ code = '' }: NodeJS.ErrnoException) =>
      this.listener?.onViolation(codes[code] ?? protocolError),
    );
  }

  /** Calls the listener for all frames in the bytes before it returns; a violation follows a moment later. */
  read(bytes: Buffer, listener: FrameListener): void {
    this.listener = listener;
    if (this.writable) this.write(bytes);
    if (this.isFree) this.listener = undefined;
  }

  /** Between messages; the next bytes may be from another connection. */
  get isFree(): boolean {
    const isBetween = this._state === beforeFrame && this._bufferedBytes === 0 && this._fragmented === 0;
    return isBetween && !this._loop && !this._errored && this.writable;
  }
}

/** The maximum size of the pool. */
const maxFree = 64;

/**
 * The pool of free readers. A reader takes more than a kilobyte and is needed only during a message:
 * a connection borrows one for a message, and an idle connection has none.
 */
const free: FrameReader[] = [];

/** Reads with the connection's reader, or one from the pool. Returns the reader that must read the next bytes, if a message is incomplete. */
export function readFrames(
  bytes: Buffer,
  listener: FrameListener,
  current: FrameReader | undefined,
  options: object,
): FrameReader | undefined {
  const reader = current ?? free.pop() ?? new FrameReader(options);
  reader.read(bytes, listener);
  if (!reader.isFree) return reader;
  if (free.length < maxFree) free.push(reader);
  return undefined;
}
