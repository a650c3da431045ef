/** A WebSocket that stays: cut, it comes back at once with its cursor; told goodbye, when the server asked it to. */
import { clearInterval, setInterval, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import { bearer, type Customer } from '../shop/customer.ts';
import { lastSeqOf, settleMs } from './channel.ts';
import { reconnectInMs, type Ear, type FeedEvent } from './ear.ts';

/** A line nobody answers on is given up, as browsers' libraries do: a machine that is gone closes nothing. */
const pingEveryMs = 2_000;
const silenceMs = 6_000;
const checkEveryMs = 200;

interface Message {
  type: string;
  event?: FeedEvent;
  cursor?: string;
  reconnectInMs?: number;
}

/** Returns at once; the VU's event loop ends when the listener does. */
export function listenByWebSocket(ear: Ear, customer: Customer, untilMs: number, ended?: () => void): void {
  let ending = false;
  let current: Line | undefined;
  const connect = () => {
    if (ending) return;
    current = new Line(ear, customer, (hint) => {
      if (ending) return;
      ear.cut();
      setTimeout(connect, reconnectInMs(hint));
    });
  };
  connect();
  setTimeout(() => {
    const until = lastSeqOf(customer);
    const late = Date.now() + settleMs;
    const check = setInterval(() => {
      if (ear.lastSeq < until && Date.now() < late) return;
      ending = true;
      clearInterval(check);
      current?.close();
      ear.mustHaveHeard(until);
      ended?.();
    }, checkEveryMs);
  }, untilMs - Date.now());
}

/** One connection. Its end is told once, whatever of error, close and silence comes first. */
class Line {
  readonly #ear: Ear;
  readonly #socket: WebSocket;
  readonly #ended: (hint: number | undefined) => void;
  readonly #timer: number;
  #hint: number | undefined;
  #heardAt = Date.now();
  #open = true;

  constructor(ear: Ear, customer: Customer, ended: (hint: number | undefined) => void) {
    this.#ear = ear;
    this.#ended = ended;
    const headers = { ...bearer(customer), 'Sec-WebSocket-Protocol': 'halftone.v1.json' };
    this.#socket = new WebSocket(ear.nextUrl().replace(/^http/, 'ws'), null, { headers });
    this.#socket.onopen = () =>
      this.#say({ type: 'subscribe', channel: 'me', ...(ear.cursor !== undefined && { cursor: ear.cursor }) });
    this.#socket.onmessage = (message) => this.#hear(JSON.parse(String(message?.data)) as Message);
    this.#socket.onerror = () => this.close();
    this.#socket.onclose = () => this.close();
    this.#timer = setInterval(() => this.#beat(), pingEveryMs);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    clearInterval(this.#timer);
    this.#socket.close();
    this.#ended(this.#hint);
  }

  #hear(message: Message): void {
    if (!this.#open) return;
    this.#heardAt = Date.now();
    if (message.type === 'subscribed') this.#ear.opened(message.cursor);
    else if (message.type === 'event' && message.event) this.#ear.hear(message.event);
    else if (message.type === 'reset') this.#ear.hear({ type: 'reset' });
    else if (message.type === 'goodbye') this.#hint = message.reconnectInMs;
    else if (message.type === 'error') throw new Error(`the server says ${JSON.stringify(message)}`);
  }

  #beat(): void {
    if (Date.now() - this.#heardAt > silenceMs) this.close();
    else if (this.#socket.readyState === 1) this.#say({ type: 'ping' });
  }

  #say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}
