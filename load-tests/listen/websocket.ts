/** A WebSocket that stays open. When cut, it reconnects soon with its cursor; after a goodbye, at the time that the server named. */
import { clearInterval, setInterval, setTimeout } from 'k6/timers';
import { WebSocket } from 'k6/websockets';
import { bearer, type Customer } from '../shop/customer.ts';
import { lastSeqOf, settleMs } from './channel.ts';
import { reconnectInMs, type FeedEvent, type Listener } from './listener.ts';

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

/** Returns immediately; the VU's event loop ends when the listener does. */
export function listenByWebSocket(listener: Listener, customer: Customer, untilMs: number, ended?: () => void): void {
  let ending = false;
  let current: Line | undefined;
  const connect = () => {
    if (ending) return;
    current = new Line(listener, customer, (hint) => {
      if (ending) return;
      listener.cut();
      setTimeout(connect, reconnectInMs(hint));
    });
  };
  connect();
  setTimeout(() => {
    const until = lastSeqOf(customer);
    const late = Date.now() + settleMs;
    const check = setInterval(() => {
      if (listener.lastSeq < until && Date.now() < late) return;
      ending = true;
      clearInterval(check);
      current?.close();
      listener.mustHaveReceived(until);
      ended?.();
    }, checkEveryMs);
  }, untilMs - Date.now());
}

/** One connection. Its end is reported once: by an error, a close or silence, whichever comes first. */
class Line {
  readonly #listener: Listener;
  readonly #socket: WebSocket;
  readonly #ended: (hint: number | undefined) => void;
  readonly #timer: number;
  #hint: number | undefined;
  #receivedAt = Date.now();
  #open = true;

  constructor(listener: Listener, customer: Customer, ended: (hint: number | undefined) => void) {
    this.#listener = listener;
    this.#ended = ended;
    const headers = { ...bearer(customer), 'Sec-WebSocket-Protocol': 'halftone.v1.json' };
    this.#socket = new WebSocket(listener.nextUrl().replace(/^http/, 'ws'), null, { headers });
    this.#socket.onopen = () =>
      this.#say({
        type: 'subscribe',
        channel: 'me',
        ...(listener.cursor !== undefined && { cursor: listener.cursor }),
      });
    this.#socket.onmessage = (message) => this.#receive(JSON.parse(String(message?.data)) as Message);
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

  #receive(message: Message): void {
    if (!this.#open) return;
    this.#receivedAt = Date.now();
    if (message.type === 'subscribed') this.#listener.opened(message.cursor);
    else if (message.type === 'event' && message.event) this.#listener.receive(message.event);
    else if (message.type === 'reset') this.#listener.receive({ type: 'reset' });
    else if (message.type === 'goodbye') this.#hint = message.reconnectInMs;
    else if (message.type === 'error') throw new Error(`the server says ${JSON.stringify(message)}`);
  }

  #beat(): void {
    if (Date.now() - this.#receivedAt > silenceMs) this.close();
    else if (this.#socket.readyState === 1) this.#say({ type: 'ping' });
  }

  #say(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }
}
