/** `GET /v1/events` as WebSocket: all subscriptions over one connection, and commands. */
import type { Ending } from './reconnect-policy.ts';
import type { Command, ServerMessage } from './messages.ts';
import { recipientOf, type Subscription } from './subscription.ts';
import {
  bearer,
  deliver,
  eventsUrl,
  isAboutCredentials,
  isFinal,
  type Connection,
  type ConnectionContext,
  type ConnectionListener,
  type SocketLike,
  type Transport,
} from './transport.ts';

const subprotocol = 'halftone.v1.json';
const openState = 1;
/**
 * A server that vanished without closing is detected by unanswered pings. They are counted, not timed, because a
 * browser delays the timers of hidden pages.
 */
const maxUnansweredPings = 3;
/** The server's close code for credentials that have expired. */
const expired = 4401;

export const websocket: Transport = (context, listener) => new WebSocketConnection(context, listener);

class WebSocketConnection implements Connection {
  readonly ended: Promise<Ending>;
  readonly #context: ConnectionContext;
  readonly #listener: ConnectionListener;
  readonly #socket: SocketLike;
  readonly #begunAt = performance.now();
  readonly #late: ReturnType<typeof setTimeout>;
  readonly #heartbeat: ReturnType<typeof setInterval>;
  readonly #settle: (ending: Ending) => void;
  /** Channels whose subscription the server has not answered yet. */
  readonly #unanswered = new Set<string>();
  #openedAt: number | undefined;
  #unansweredPings = 0;
  #reconnectInMs: number | undefined;
  #unauthenticated = false;
  #isOver = false;

  constructor(context: ConnectionContext, listener: ConnectionListener) {
    const { url, ticket, token, timeouts } = context;
    this.#context = context;
    this.#listener = listener;
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.ended = promise;
    this.#settle = resolve;
    // An anonymous client is only admitted to the public channel.
    const channel = ticket === undefined && token === undefined ? 'gallery' : undefined;
    const address = eventsUrl(url, { ticket, channel }).replace(/^http/, 'ws');
    this.#socket = context.connect(address, [subprotocol], ticket === undefined ? bearer(token) : {});
    this.#socket.addEventListener('open', () => this.#begin());
    this.#socket.addEventListener('message', ({ data }) => this.#receive(String(data)));
    this.#socket.addEventListener('error', () => this.#end('the connection failed'));
    this.#socket.addEventListener('close', ({ code }) => this.#closed(code));
    this.#late = setTimeout(() => this.#end(`not open within ${timeouts.openMs} ms`), timeouts.openMs);
    this.#heartbeat = setInterval(() => this.#beat(), timeouts.pingMs);
  }

  send(command: Command): boolean {
    if (this.#isOver || this.#socket.readyState !== openState) return false;
    this.#sendJson(command);
    return true;
  }

  add(subscription: Subscription): void {
    if (this.#socket.readyState === openState) this.#subscribe(subscription);
  }

  remove({ channel }: Subscription): void {
    if (this.#socket.readyState === openState) this.#sendJson({ type: 'unsubscribe', channel });
  }

  close(): void {
    this.#end('closed by this client');
  }

  #begin(): void {
    for (const subscription of this.#context.subscriptions.values()) this.#subscribe(subscription);
    this.#openedIfAnswered();
  }

  #subscribe(subscription: Subscription): void {
    this.#unanswered.add(subscription.channel);
    this.#sendJson({ type: 'subscribe', ...subscription.request() });
  }

  #answered(channel: string): void {
    this.#unanswered.delete(channel);
    this.#openedIfAnswered();
  }

  #openedIfAnswered(): void {
    if (this.#openedAt !== undefined || this.#unanswered.size > 0) return;
    this.#openedAt = performance.now();
    clearTimeout(this.#late);
    this.#listener.opened();
  }

  #receive(text: string): void {
    if (this.#isOver) return;
    this.#unansweredPings = 0;
    const message = messageIn(text);
    if (!message) return this.#end('received an invalid message');
    const subscription = 'channel' in message ? this.#context.subscriptions.get(message.channel ?? '') : undefined;
    switch (message.type) {
      case 'event':
        return deliver(message.event, recipientOf(message.event, this.#context.subscriptions));
      case 'subscribed':
        subscription?.moveTo(message.cursor);
        return this.#answered(message.channel);
      case 'snapshot':
        return subscription?.snapshot(message.cursor, message.events);
      case 'reset':
        if (subscription?.reset(message.cursor)) this.#subscribe(subscription);
        return;
      case 'error':
        return this.#refused(message, subscription);
      case 'goodbye':
        this.#reconnectInMs = message.reconnectInMs;
        return;
      case 'expiring':
        return void this.#renew();
      default:
        return this.#listener.message(message);
    }
  }

  #refused(error: Extract<ServerMessage, { type: 'error' }>, subscription: Subscription | undefined): void {
    this.#listener.message(error);
    if (isAboutCredentials(error.code)) this.#unauthenticated = true;
    if (!subscription) return;
    if (!isFinal(error.code)) this.#end(`${subscription.channel}: ${error.code}`);
    else if (subscription.refuse(error)) {
      this.#listener.refused(subscription);
      this.#answered(subscription.channel);
    } else this.#subscribe(subscription);
  }

  async #renew(): Promise<void> {
    // Without a new token the server closes when the old one expires, and the client reconnects.
    const token = await this.#context.renewed().catch(() => undefined);
    if (token !== undefined && !this.#isOver) this.#sendJson({ type: 'auth', token });
  }

  #beat(): void {
    if (this.#unansweredPings++ >= maxUnansweredPings) this.#end(`${maxUnansweredPings} pings were not answered`);
    else this.#sendJson({ type: 'ping' });
  }

  #sendJson(message: object): void {
    if (this.#socket.readyState === openState) this.#socket.send(JSON.stringify(message));
  }

  #closed(code: number | undefined): void {
    if (code === expired) this.#unauthenticated = true;
    this.#end(`closed with ${code}`);
  }

  /** Settles once, on the first of error, close and timeout. */
  #end(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearTimeout(this.#late);
    clearInterval(this.#heartbeat);
    this.#socket.close();
    this.#settle({
      opened: this.#openedAt !== undefined,
      livedMs: performance.now() - (this.#openedAt ?? this.#begunAt),
      reconnectInMs: this.#reconnectInMs,
      unauthenticated: this.#unauthenticated,
      reason,
    });
  }
}

function messageIn(text: string): ServerMessage | undefined {
  try {
    return JSON.parse(text) as ServerMessage;
  } catch {
    // The caller ends the connection.
    return undefined;
  }
}
