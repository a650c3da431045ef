/** One client of a crowd: a bare socket that says its words, and then only counts. */
import { connect, type OnReadOpts, type Socket } from 'node:net';
import { MarkerCount } from './marker.ts';

/** How a client of one server comes to receive. All that differs between the servers that are compared. */
export interface Words {
  /** Lines of the request without Host; the handshake of a WebSocket is added when `upgrade` is set. */
  request: string[];
  upgrade?: boolean;
  /** Text frames sent right after the handshake. */
  frames?: string[];
  /** The same as binary frames, in base64. */
  binary?: string[];
  /** Once this was received, every later message must arrive. */
  readyAt: string;
  /** The stream is a series of long polls: how the next request begins, with the cursor of the last answer at its end. */
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

/** All sockets of the process read into the same memory: what is read is looked at before the next read. */
const shared = Buffer.allocUnsafe(256 * 1024);

export class Member {
  readonly count = new MarkerCount();
  readonly ready: Promise<void>;
  isOpen = true;
  private readonly socket: Socket;
  private seen = '';
  private greeted = false;
  private settle: { resolve(): void; reject(error: Error): void };
  private readonly words: Words;

  constructor(to: Address, from: string, words: Words, counted: (added: number, total: number) => void) {
    this.words = words;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.settle = { resolve, reject };
    const onread: OnReadOpts = {
      buffer: shared,
      callback: (length) => {
        const bytes = shared.subarray(0, length);
        if (this.seen !== 'done') this.greet(bytes.toString('latin1'));
        const added = this.count.add(bytes);
        if (words.again) this.pollAgain(bytes.toString('latin1'));
        // A server cuts whoever does not answer. Bytes that only look like a ping are answered as well, which harms nobody.
        else if (words.upgrade && bytes.includes(ping)) this.socket.write(pong);
        if (added > 0) counted(added, this.count.total);
        return true;
      },
    };
    this.socket = connect({ ...to, localAddress: from, noDelay: true, onread });
    this.socket.once('connect', () => this.socket.write(requestOf(words, to)));
    this.socket.on('error', (error) => reject(error));
    this.socket.once('close', () => {
      this.isOpen = false;
      reject(new Error(`closed before it was ready, after ${JSON.stringify(this.seen.slice(0, 300))}`));
    });
  }

  /** From here on nothing is read: the receive buffers fill, and then the sender's. */
  pause(): void {
    this.socket.pause();
  }

  private greet(text: string): void {
    this.seen += text;
    if (!this.greeted && this.seen.includes('\r\n\r\n')) {
      this.greeted = true;
      for (const frame of this.words.frames ?? []) this.socket.write(masked(0x81, Buffer.from(frame)));
      for (const frame of this.words.binary ?? []) this.socket.write(masked(0x82, Buffer.from(frame, 'base64')));
    }
    if (!this.seen.includes(this.words.readyAt)) return;
    this.seen = 'done';
    this.settle.resolve();
  }

  /** An answer is small and comes in one piece; one without a cursor had nothing to say. */
  private pollAgain(text: string): void {
    const cursor = /"cursor":"([^"]+)"/.exec(text)?.[1] ?? (text.startsWith('HTTP/1.1 204') ? this.cursor : undefined);
    if (cursor === undefined) return;
    this.cursor = cursor;
    const [, ...headers] = this.words.request;
    this.socket.write([`${this.words.again}${cursor} HTTP/1.1`, 'Host: x', ...headers, '', ''].join('\r\n'));
  }

  private cursor = '';
}

function requestOf({ request, upgrade }: Words, { host, port }: Address): string {
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
