/**
 * A client that stays connected. It uses the best transport that works and, after a connection loss, continues from
 * the last cursor elsewhere. Guarantees of its subscriptions: each event at most once, in order, no hidden loss. A
 * command (`send`) may be lost with the connection; an application that needs the answer sends it again on `open`.
 */
import { CursorStorage } from './cursor-storage.ts';
import { longPoll } from './long-poll-transport.ts';
import type { Command, ServerMessage } from './messages.ts';
import { defaultBackoff, defaultTimeouts, openRequest, openSocket, type RealtimeOptions } from './options.ts';
import { initial, nextAttempt, transportNames, type Ending, type TransportName } from './reconnect-policy.ts';
import { sse } from './sse-transport.ts';
import { overlap, Subscription, type SubscriptionOptions } from './subscription.ts';
import type { Connection, ConnectionContext, ConnectionListener, Timeouts, Transport } from './transport.ts';
import { websocket } from './websocket-transport.ts';

export interface Open {
  url: string;
  transport: TransportName;
}

/** Events of the client itself. `cut`: an open connection has ended; `failed`: a connection could not be opened. */
interface ClientEvents {
  open: Open;
  cut: Open & Ending;
  failed: Open & Ending;
}

type TopicOf = ServerMessage['type'] | keyof ClientEvents;
type PayloadOf<Topic extends TopicOf> = Topic extends keyof ClientEvents
  ? ClientEvents[Topic]
  : Extract<ServerMessage, { type: Topic }>;

const transports: Readonly<Record<TransportName, Transport>> = { websocket, sse, 'long-poll': longPoll };

export class RealtimeClient {
  readonly #options: RealtimeOptions;
  readonly #transports: readonly TransportName[];
  readonly #timeouts: Timeouts;
  readonly #storage: CursorStorage;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #listeners = new Map<TopicOf, Set<(payload: never) => void>>();
  readonly #stop = new AbortController();
  #connection: Connection | undefined;
  #open: Open | undefined;
  #needsFreshToken = false;
  #ended: Promise<void> | undefined;

  constructor(options: RealtimeOptions) {
    if (options.urls.length === 0) throw new Error('at least one address is required');
    this.#options = options;
    this.#transports = options.transports ?? transportNames;
    this.#timeouts = { ...defaultTimeouts, ...options.timeouts };
    this.#storage = new CursorStorage(options.storage);
  }

  /** The current connection; undefined while there is none. */
  get open(): Open | undefined {
    return this.#open;
  }

  /** Connects, and reconnects until `close`. */
  connect(): this {
    this.#ended ??= this.#run();
    return this;
  }

  /** Throws when it overlaps with an existing subscription. */
  subscribe(options: SubscriptionOptions): Subscription & { stop(): void } {
    const subscription = new Subscription(options, this.#storage);
    const other = [...this.#subscriptions.keys()].find((channel) => overlap(channel, subscription.channel));
    if (other !== undefined) throw new Error(`${subscription.channel} overlaps with ${other}`);
    this.#subscriptions.set(subscription.channel, subscription);
    this.#connection?.add(subscription);
    return Object.assign(subscription, { stop: () => this.#drop(subscription) });
  }

  /**
   * Returns false when nothing can be sent now: it needs a WebSocket, or an event stream of a signed-in client. Also
   * when too many commands wait for the server; then there is an `error` RATE_LIMITED too.
   */
  send(command: Command): boolean {
    return this.#open !== undefined && this.#connection?.send(command) === true;
  }

  /** Call the result to remove the listener. */
  on<Topic extends TopicOf>(topic: Topic, listener: (payload: PayloadOf<Topic>) => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#connection?.close();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { urls, startAt = Math.floor(Math.random() * urls.length) } = this.#options;
    const backoff = { ...defaultBackoff, ...this.#options.backoff };
    const targets = { addresses: urls.length, transports: this.#transports.length, backoff };
    let attempt = initial(startAt);
    while (!this.#stop.signal.aborted) {
      const url = urls[attempt.addressIndex % urls.length] ?? '';
      const transport = this.#transports[attempt.transportIndex] ?? 'websocket';
      const ending = await this.#connect({ url, transport });
      if (this.#stop.signal.aborted) return;
      this.#needsFreshToken = ending.unauthenticated ?? false;
      this.#emit(ending.opened ? 'cut' : 'failed', { url, transport, ...ending });
      const next = nextAttempt(attempt, ending, targets, Date.now());
      attempt = next.attempt;
      await pause(next.waitMs, this.#stop.signal);
    }
  }

  /** Runs one connection from start to end. */
  async #connect(open: Open): Promise<Ending> {
    const context = await this.#contextOf(open).catch(noCredentials);
    if ('reason' in context) return context;
    if (this.#stop.signal.aborted) return { opened: false, livedMs: 0, reason: 'closed by this client' };
    try {
      this.#connection = transports[open.transport](context, this.#listenerOf(open));
      return await this.#connection.ended;
    } catch (error) {
      // The WebSocket constructor rejects some addresses.
      return { opened: false, livedMs: 0, reason: String(error) };
    } finally {
      this.#connection = undefined;
      this.#open = undefined;
    }
  }

  async #contextOf({ url, transport }: Open): Promise<ConnectionContext> {
    const { token, ticket, connect = openSocket, fetch = openRequest } = this.#options;
    const byTicket = transport === 'websocket' ? ticket : undefined;
    const fresh = this.#needsFreshToken;
    return {
      url,
      token: byTicket ? undefined : await token?.({ fresh }),
      ticket: await byTicket?.(),
      renewed: () => token?.({ fresh: true }) ?? Promise.resolve(undefined),
      connect,
      fetch,
      timeouts: this.#timeouts,
      subscriptions: this.#subscriptions,
    };
  }

  #listenerOf(open: Open): ConnectionListener {
    return {
      opened: () => {
        this.#open = open;
        this.#emit('open', open);
      },
      message: (message) => this.#emit(message.type, message as never),
      refused: (subscription) => this.#forget(subscription),
    };
  }

  #drop(subscription: Subscription): void {
    if (this.#forget(subscription)) this.#connection?.remove(subscription);
  }

  #forget(subscription: Subscription): boolean {
    const isCurrent = this.#subscriptions.get(subscription.channel) === subscription;
    if (isCurrent) this.#subscriptions.delete(subscription.channel);
    return isCurrent;
  }

  #emit<Topic extends TopicOf>(topic: Topic, payload: PayloadOf<Topic>): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(payload as never);
  }
}

/** The token endpoint is unavailable or rejects this client; the next attempt asks again. */
const noCredentials = (error: unknown): Ending => ({
  opened: false,
  livedMs: 0,
  unauthenticated: true,
  reason: error instanceof Error ? error.message : String(error),
});

/** Resolves early when the signal fires. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
