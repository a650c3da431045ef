import type { Writable } from 'node:stream';
import * as ws from 'ws';

/** What a client says in frames. */
export interface FrameListener {
  onMessage(data: Buffer, isBinary: boolean): void;
  onPing(payload: Buffer): void;
  onPong(): void;
  /** Its last word; 1005 stands for a close without a code. */
  onCloseFrame(code: number): void;
  /** It broke the protocol: what to close with. */
  onViolation(code: number): void;
}

/** The reader of `ws`, as far as it has to be known whether it has read to the end of a message. */
interface Receiver extends Writable {
  readonly _state: number;
  readonly _loop: boolean;
  readonly _errored: boolean;
  readonly _bufferedBytes: number;
  readonly _fragmented: number;
}

/** Exported by `ws`, unknown to its types. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Receiver };

const beforeFrame = 0;

/** Close codes of RFC 6455 §7.4.1 for the errors of `ws` that are not simply against the protocol. */
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

  /** Tells the listener what the bytes hold, before it returns; only a violation is told a moment later. */
  read(bytes: Buffer, listener: FrameListener): void {
    this.listener = listener;
    if (this.writable) this.write(bytes);
    if (this.isFree) this.listener = undefined;
  }

  /** Nothing is begun: what comes next may be another connection's. */
  get isFree(): boolean {
    const isBetween = this._state === beforeFrame && this._bufferedBytes === 0 && this._fragmented === 0;
    return isBetween && !this._loop && !this._errored && this.writable;
  }
}

/** So many wait for connections that have something to say. */
const most = 64;

/**
 * A reader is needed only while a message comes in, and takes more than a kilobyte: connections that say nothing have none, and those
 * that do take one of these for as long as a message lasts.
 */
const free: FrameReader[] = [];

/** Reads on with the reader that has begun, else with any; answers the one that is to read what comes next, if that matters. */
export function readFrames(
  bytes: Buffer,
  listener: FrameListener,
  begun: FrameReader | undefined,
  options: object,
): FrameReader | undefined {
  const reader = begun ?? free.pop() ?? new FrameReader(options);
  reader.read(bytes, listener);
  if (!reader.isFree) return reader;
  if (free.length < most) free.push(reader);
  return undefined;
}
