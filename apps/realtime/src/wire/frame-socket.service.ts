import type { Socket } from 'node:net';
import { closeFrame, pongFrame } from './websocket-frame';
import { type FrameListener, type FrameReader, readFrames } from './frame-reader.service';

/** Receives the events of a socket. */
export interface SocketOwner {
  onMessage(data: Buffer, isBinary: boolean): void;
  /** A ping. False if the client exceeded its limit and was closed. */
  onPing(): boolean;
  /** A pong, requested or not. */
  onPong(): void;
  /** The connection is closing: nothing more can be sent. The socket closes within some seconds. */
  onEnding(): void;
  /** The socket is closed. */
  onClose(): void;
}

/** How long a client may take to answer a close before the socket is destroyed, in ms. */
const closeTimeoutMs = 5_000;
const noCode = 1005;

/** Finds the connection of a socket, so that all connections share the listeners instead of closures. */
const frames = Symbol('frames');
type Owned = Socket & { [frames]?: FrameSocket };

/**
 * The WebSocket protocol on one upgraded socket: incoming frames, pongs and the closing handshake (RFC 6455 §7). It replaces the
 * `WebSocket` class of `ws`, because an idle object of that class takes 2 KB, this one a tenth. `ws` does the opening handshake,
 * and its reader checks every frame. The owner writes whole frames to the socket.
 */
export class FrameSocket implements FrameListener {
  /** The negotiated subprotocol; set by `ws`. */
  _protocol = '';
  private socket!: Owned;
  private options!: object;
  private owner: SocketOwner | undefined;
  private reader: FrameReader | undefined;
  private isClosing = false;
  private isOver = false;
  /** Epoch ms; 0 means never. */
  private endsAt = 0;

  /** Called by `ws` after its handshake. */
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

  /** Starts reading. */
  open(owner: SocketOwner): void {
    this.owner = owner;
    this.socket[frames] = this;
    this.socket.on('data', onData).on('end', onEnd).on('close', onClose).on('error', destroy);
  }

  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Sends a close after the written frames; the client must answer it. */
  close(code: number, reason = ''): void {
    if (this.isClosing) return;
    this.isClosing = true;
    this.endsAt = Date.now() + closeTimeoutMs;
    if (this.socket.writable) this.socket.write(closeFrame(code, reason));
    // While reading is paused the client's close would never be seen.
    this.socket.resume();
  }

  /** Sends a close and reads nothing more, for a client that sends too much. */
  reject(code: number, reason: string): void {
    this.close(code, reason);
    this.finish();
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
    const reader = readFrames(bytes, this, this.reader, this.options);
    this.reader = this.isOver ? undefined : reader;
  }

  onMessage(data: Buffer, isBinary: boolean): void {
    if (!this.isClosing) this.owner?.onMessage(data, isBinary);
  }

  onPing(payload: Buffer): void {
    if (this.isClosing || !this.owner?.onPing()) return;
    if (!this.isClosing && this.socket.writable) this.socket.write(pongFrame(payload));
  }

  onPong(): void {
    if (!this.isClosing) this.owner?.onPong();
  }

  /** Answers a close with the same code, unless it answers ours. */
  onCloseFrame(code: number): void {
    this.close(code === noCode ? 0 : code);
    this.finish();
  }

  onViolation(code: number): void {
    this.close(code);
    this.finish();
  }

  /** Drops further input, but keeps reading, because otherwise the client's end would go unnoticed. */
  finish(): void {
    this.isOver = true;
    this.isClosing = true;
    this.endsAt ||= Date.now() + closeTimeoutMs;
    this.reader = undefined;
    this.socket.end();
    this.owner?.onEnding();
  }

  onSocketClose(): void {
    this.isOver = true;
    this.owner?.onClose();
  }
}

function onData(this: Owned, bytes: Buffer): void {
  this[frames]?.read(bytes);
}

function onEnd(this: Owned): void {
  this[frames]?.finish();
}

function onClose(this: Owned): void {
  this[frames]?.onSocketClose();
}

function destroy(this: Owned): void {
  this.destroy();
}
