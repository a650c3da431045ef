/** One client of a pool: a plain socket that sends its handshake and then only counts messages. */
import { connect, type OnReadOpts, type Socket } from 'node:net';
import { MarkerCount } from './marker.ts';

/** How a client of one server subscribes. This is all that differs between the compared servers. */
export interface Handshake {
  /** Lines of the request without Host; the handshake of a WebSocket is added when `upgrade` is set. */
  request: string[];
  upgrade?: boolean;
  /** Text frames sent right after the handshake. */
  frames?: string[];
  /** The same as binary frames, in base64. */
  binary?: string[];
  /** The client is ready when it has received this text. */
  readyAt: string;
  /** For long polls: the start of the next request line; the cursor of the last answer is appended. */
  again?: string;
}

export interface Address {
  host: string;
  port: number;
}

const upgradeLines = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
];

const ping = Buffer.from([0x89, 0x00]);
const pong = masked(0x8a, Buffer.alloc(0));

/** All sockets read into the same buffer; its content is used before the next read. */
const shared = Buffer.allocUnsafe(256 * 1024);

export class RawClient {
  readonly count = new MarkerCount();
  readonly ready: Promise<void>;
  isOpen = true;
  private readonly socket: Socket;
  private seen = '';
  private headersReceived = false;
  private settle: { resolve(): void; reject(error: Error): void };
  private readonly handshake: Handshake;

  constructor(to: Address, from: string, handshake: Handshake, counted: (added: number, total: number) => void) {
    this.handshake = handshake;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.settle = { resolve, reject };
    const onread: OnReadOpts = {
      buffer: shared,
      callback: (length) => {
        const bytes = shared.subarray(0, length);
        if (this.seen !== 'done') this.receiveHandshake(bytes.toString('latin1'));
        const added = this.count.add(bytes);
        if (handshake.again) this.pollAgain(bytes.toString('latin1'));
        // Servers cut clients that do not answer pings. An extra pong does no harm.
        else if (handshake.upgrade && bytes.includes(ping)) this.socket.write(pong);
        if (added > 0) counted(added, this.count.total);
        return true;
      },
    };
    this.socket = connect({ ...to, localAddress: from, noDelay: true, onread });
    this.socket.once('connect', () => this.socket.write(requestOf(handshake, to)));
    this.socket.on('error', (error) => reject(error));
    this.socket.once('close', () => {
      this.isOpen = false;
      reject(new Error(`closed before it was ready, after ${JSON.stringify(this.seen.slice(0, 300))}`));
    });
  }

  /** Stops reading: the receive buffers fill, then those of the sender. */
  pause(): void {
    this.socket.pause();
  }

  private receiveHandshake(text: string): void {
    this.seen += text;
    if (!this.headersReceived && this.seen.includes('\r\n\r\n')) {
      this.headersReceived = true;
      for (const frame of this.handshake.frames ?? []) this.socket.write(masked(0x81, Buffer.from(frame)));
      for (const frame of this.handshake.binary ?? []) this.socket.write(masked(0x82, Buffer.from(frame, 'base64')));
    }
    if (!this.seen.includes(this.handshake.readyAt)) return;
    this.seen = 'done';
    this.settle.resolve();
  }

  /** An answer is small and arrives in one piece; without a cursor it has no events. */
  private pollAgain(text: string): void {
    const cursor = /"cursor":"([^"]+)"/.exec(text)?.[1] ?? (text.startsWith('HTTP/1.1 204') ? this.cursor : undefined);
    if (cursor === undefined) return;
    this.cursor = cursor;
    const [, ...headers] = this.handshake.request;
    this.socket.write([`${this.handshake.again}${cursor} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'));
  }

  private cursor = '';
}

function requestOf({ request, upgrade }: Handshake, { host, port }: Address): string {
  const [first = '', ...headers] = request;
  return [first, `Host: ${host}:${port}`, ...(upgrade ? upgradeLines : []), ...headers, '', ''].join('\r\n');
}

/** A short frame as a client sends it, under the mask 0, which leaves it readable. */
function masked(head0: number, payload: Buffer): Buffer {
  const head =
    payload.length < 126
      ? [head0, 0x80 | payload.length, 0, 0, 0, 0]
      : [head0, 0xfe, payload.length >> 8, payload.length & 0xff, 0, 0, 0, 0];
  return Buffer.concat([Buffer.from(head), payload]);
}
