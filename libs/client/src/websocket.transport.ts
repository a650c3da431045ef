/** `GET /v1/events` as WebSocket: all subscriptions over one connection, and the only transport that can also say something. */
import type { Ending } from './itinerary.ts';
import type { Command, ServerMessage } from './messages.ts';
import { recipientOf, type Subscription } from './subscription.ts';
import {
  bearer,
  deliver,
  eventsUrl,
  isAboutCredentials,
  isFinal,
  type Connection,
  type Hearing,
  type Opening,
  type SocketLike,
  type Transport,
} from './transport.ts';

const subprotocol = 'halftone.v1.json';
const openState = 1;
/** A server that vanished without closing is noticed by its silence. Counted, not timed: a browser lets timers of hidden pages sleep. */
const silentPings = 3;
/** The server's close code for credentials that have expired. */
const expired = 4401;

export const websocket: Transport = (opening, hearing) => new WebSocketConnection(opening, hearing);

class WebSocketConnection implements Connection {
  readonly ended: Promise<Ending>;
  readonly #opening: Opening;
  readonly #hearing: Hearing;
  readonly #socket: SocketLike;
  readonly #begunAt = performance.now();
  readonly #late: ReturnType<typeof setTimeout>;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  readonly #settle: (ending: Ending) => void;
  /** Channels the server has not answered for. */
  readonly #unanswered = new Set<string>();
  #openedAt: number | undefined;
  #unansweredPings = 0;
  #comeBackInMs: number | undefined;
  #unauthenticated = false;
  #isOver = false;

  constructor(opening: Opening, hearing: Hearing) {
    const { url, ticket, token, patience } = opening;
    this.#opening = opening;
    this.#hearing = hearing;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ended = promise;
    this.#settle = resolve;
    // Who does not say who they are is let in only for what everybody may hear.
    const channel = ticket === undefined && token === undefined ? 'gallery' : undefined;
    const address = eventsUrl(url, { ticket, channel }).replace(/^http/, 'ws');
    this.#socket = opening.connect(address, [subprotocol], ticket === undefined ? bearer(token) : {});
    this.#socket.addEventListener('open', () => this.#begin());
    this.#socket.addEventListener('message', ({ data }) => this.#hear(String(data)));
    this.#socket.addEventListener('error', () => this.#end('the connection failed'));
    this.#socket.addEventListener('close', ({ code }) => this.#closed(code));
    this.#late = setTimeout(() => this.#end(`not open within ${patience.openMs} ms`), patience.openMs);
    this.#heartbeat = setInterval(() => this.#beat(), patience.pingMs);
  }

  send(command: Command): boolean {
    if (this.#isOver || this.#socket.readyState !== openState) return false;
    this.#say(command);
    return true;
  }

  add(subscription: Subscription): void {
    if (this.#socket.readyState === openState) this.#ask(subscription);
  }

  remove({ channel }: Subscription): void {
    if (this.#socket.readyState === openState) this.#say({ type: 'unsubscribe', channel });
  }

  close(): void {
    this.#end('closed by this client');
  }

  #begin(): void {
    for (const subscription of this.#opening.subscriptions.values()) this.#ask(subscription);
    this.#openedIfAnswered();
  }

  #ask(subscription: Subscription): void {
    this.#unanswered.add(subscription.channel);
    this.#say({ type: 'subscribe', ...subscription.question() });
  }

  #answered(channel: string): void {
    this.#unanswered.delete(channel);
    this.#openedIfAnswered();
  }

  #openedIfAnswered(): void {
    if (this.#openedAt !== undefined || this.#unanswered.size > 0) return;
    this.#openedAt = performance.now();
    clearTimeout(this.#late);
    this.#hearing.opened();
  }

  #hear(text: string): void {
    if (this.#isOver) return;
    this.#unansweredPings = 0;
    const message = messageIn(text);
    if (!message) return this.#end('what came is no message');
    const subscription = 'channel' in message ? this.#opening.subscriptions.get(message.channel ?? '') : undefined;
    switch (message.type) {
      case 'event':
        return deliver(message.event, recipientOf(message.event, this.#opening.subscriptions));
      case 'subscribed':
        subscription?.place(message.cursor);
        return this.#answered(message.channel);
      case 'snapshot':
        return subscription?.snapshot(message.cursor, message.events);
      case 'reset':
        if (subscription?.reset(message.cursor)) this.#ask(subscription);
        return;
      case 'error':
        return this.#refused(message, subscription);
      case 'goodbye':
        this.#comeBackInMs = message.reconnectInMs;
        return;
      case 'expiring':
        return void this.#renew();
      default:
        return this.#hearing.message(message);
    }
  }

  #refused(error: Extract<ServerMessage, { type: 'error' }>, subscription: Subscription | undefined): void {
    this.#hearing.message(error);
    if (isAboutCredentials(error.code)) this.#unauthenticated = true;
    if (!subscription) return;
    if (!isFinal(error.code)) this.#end(`${subscription.channel}: ${error.code}`);
    else if (subscription.refuse(error)) {
      this.#hearing.refused(subscription);
      this.#answered(subscription.channel);
    } else this.#ask(subscription);
  }

  async #renew(): Promise<void> {
    const token = await this.#opening.renewed().catch(() => undefined);
    if (token !== undefined && !this.#isOver) this.#say({ type: 'auth', token });
  }

  #beat(): void {
    if (this.#unansweredPings++ >= silentPings) this.#end(`${silentPings} pings were not answered`);
    else this.#say({ type: 'ping' });
  }

  #say(message: object): void {
    if (this.#socket.readyState === openState) this.#socket.send(JSON.stringify(message));
  }

  #closed(code: number | undefined): void {
    if (code === expired) this.#unauthenticated = true;
    this.#end(`closed with ${code}`);
  }

  /** Its end is told once, whatever of error, close and silence comes first. */
  #end(why: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#late);
    clearInterval(this.#heartbeat);
    this.#socket.close();
    this.#settle({
      opened: this.#openedAt !== undefined,
      livedMs: performance.now() - (this.#openedAt ?? this.#begunAt),
      comeBackInMs: this.#comeBackInMs,
      unauthenticated: this.#unauthenticated,
      why,
    });
  }
}

function messageIn(text: string): ServerMessage | undefined {
  try {
    return JSON.parse(text) as ServerMessage;
  } catch {
    return undefined;
  }
}
