import type { Socket } from 'node:net';
import { closeFrame, pongFrame } from '../fanout/websocket-frame';
import { type FrameListener, type FrameReader, readFrames } from './frame.reader';

/** What a connection is told by its socket. */
export interface SocketOwner {
  onMessage(data: Buffer, isBinary: boolean): void;
  /** It answered a ping. */
  onPong(): void;
  /** The socket is gone. */
  onClose(): void;
}

/** How long a client has to answer a close before the socket is destroyed, in ms. */
const closeTimeoutMs = 5_000;
const noCode = 1005;

/** Where the socket of a connection finds it: a closure for each listener would be memory of each connection. */
const mine = Symbol('frames');
type Owned = Socket & { [mine]?: FrameSocket };

/**
 * The protocol on one upgraded socket: incoming frames, pongs, the closing handshake (RFC 6455 §7). It stands in for the `WebSocket`
 * class of `ws`, which does the opening handshake and whose reader checks every frame: an idle object of that class takes 2 KB, this one
 * a tenth. What is sent is written to the socket as whole frames, by whoever owns it.
 */
export class FrameSocket implements FrameListener {
  /** Written by `ws`: the subprotocol it agreed to. */
  _protocol = '';
  private socket!: Owned;
  private options!: object;
  private owner: SocketOwner | undefined;
  private reader: FrameReader | undefined;
  private isClosing = false;
  private isOver = false;
  /** Epoch milliseconds; 0 is never. */
  private endsAt = 0;

  /** Called by `ws` once, after its handshake. */
  setSocket(socket: Owned, head: Buffer, options: object): void {
    this.socket = socket;
    this.options = options;
    socket.setTimeout(0);
    socket.setNoDelay();
    if (head.length > 0) socket.unshift(head);
  }

  get wire(): Socket {
    return this.socket;
  }

  /** Nothing is read before. */
  open(owner: SocketOwner): void {
    this.owner = owner;
    this.socket[mine] = this;
    this.socket.on('data', onData).on('end', onEnd).on('close', onClose).on('error', destroy);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** After what was written before; the client has to answer. */
  close(code: number, reason = ''): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.endsAt = Date.now() + closeTimeoutMs;
    if (this.socket.writable) this.socket.write(closeFrame(code, reason));
    // A close that waits behind what is not read on would never be seen.
    this.socket.resume();
  }

  terminate(): void {
    this.socket.destroy();
  }

  /** Called about once a second. */
  tick(now: number): void {
    if (this.endsAt > 0 && now >= this.endsAt) this.socket.destroy();
  }

  read(bytes: Buffer): void {
    if (this.isOver) return;
    const begun = readFrames(bytes, this, this.reader, this.options);
    this.reader = this.isOver ? undefined : begun;
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    if (!this.isClosing) this.owner?.onMessage(data, isBinary);
  }

  onPing(payload: Buffer): void {
    this.onPong();
    if (!this.isClosing && this.socket.writable) this.socket.write(pongFrame(payload));
  }

  onPong(): void {
    this.owner?.onPong();
  }

  /** The answer to ours, or answered with the same code. */
  onCloseFrame(code: number): void {
    this.close(code === noCode ? 0 : code);
    this.finish();
  }

  onViolation(code: number): void {
    this.close(code);
    this.finish();
  }

  /** What the client may still say is read, for only so its end is noticed, and dropped. */
  finish(): void {
    this.isOver = true;
    this.isClosing = true;
    this.endsAt ||= Date.now() + closeTimeoutMs;
    this.reader = undefined;
    this.socket.end();
  }

  onSocketClose(): void {
    this.isOver = true;
    this.owner?.onClose();
  }
}

function onData(this: Owned, bytes: Buffer): void {
  this[mine]?.read(bytes);
}

function onEnd(this: Owned): void {
  this[mine]?.finish();
}

function onClose(this: Owned): void {
  this[mine]?.onSocketClose();
}

function destroy(this: Owned): void {
  this.destroy();
}
