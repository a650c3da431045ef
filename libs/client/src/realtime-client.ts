/**
 * A client that stays: it listens over the best transport that works here and, when the connection goes, goes on elsewhere from the
 * last cursor. Guarantees of its subscriptions: each event at most once, in order, no loss hidden. What it says (`send`) may be lost with
 * the connection; whoever needs an answer says it again once `open` is told.
 */
import { CursorStorage } from './cursor-storage.ts';
import { departure, nextHop, transportNames, type Ending, type TransportName } from './itinerary.ts';
import { longPoll } from './long-poll.transport.ts';
import type { Command, ServerMessage } from './messages.ts';
import { defaultBackoff, defaultPatience, openRequest, openSocket, type RealtimeOptions } from './options.ts';
import { sse } from './sse.transport.ts';
import { overlap, Subscription, type SubscriptionOptions } from './subscription.ts';
import type { Connection, Hearing, Opening, Patience, Transport } from './transport.ts';
import { websocket } from './websocket.transport.ts';

export interface Open {
  url: string;
  transport: TransportName;
}

/** What is told besides the messages of the server. `cut`: an open connection has ended; `failed`: one could not be opened. */
interface Told {
  open: Open;
  cut: Open & Ending;
  failed: Open & Ending;
}

type TopicOf = ServerMessage['type'] | keyof Told;
type TextOf<Topic extends TopicOf> = Topic extends keyof Told ? Told[Topic] : Extract<ServerMessage, { type: Topic }>;

const transports: Readonly<Record<TransportName, Transport>> = { websocket, sse, 'long-poll': longPoll };

export class RealtimeClient {
  readonly #options: RealtimeOptions;
  readonly #ways: readonly TransportName[];
  readonly #patience: Patience;
  readonly #storage: CursorStorage;
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #listeners = new Map<TopicOf, Set<(text: never) => void>>();
  readonly #stop = new AbortController();
  #connection: Connection | undefined;
  #open: Open | undefined;
  #needsFreshToken = false;
  #ended: Promise<void> | undefined;

  constructor(options: RealtimeOptions) {
    if (options.urls.length === 0) throw new Error('at least one address is needed');
    this.#options = options;
    this.#ways = options.transports ?? transportNames;
    this.#patience = { ...defaultPatience, ...options.patience };
    this.#storage = new CursorStorage(options.storage);
  }

  /** What is connected now; undefined while nothing is. */
  get open(): Open | undefined {
    return this.#open;
  }

  /** Connects, and again and again until `close`. */
  connect(): this {
    this.#ended ??= this.#run();
    return this;
  }

  /** Throws when it overlaps with one that is there already. */
  subscribe(options: SubscriptionOptions): Subscription & { stop(): void } {
    const subscription = new Subscription(options, this.#storage);
    const rival = [...this.#subscriptions.keys()].find((channel) => overlap(channel, subscription.channel));
    if (rival !== undefined) throw new Error(`${subscription.channel} overlaps with ${rival}`);
    this.#subscriptions.set(subscription.channel, subscription);
    this.#connection?.add(subscription);
    return Object.assign(subscription, { stop: () => this.#drop(subscription) });
  }

  /** False when there is nothing open to say it over: a WebSocket, or an event stream of somebody whom the server knows. */
  send(command: Command): boolean {
    return this.#open !== undefined && this.#connection?.send(command) === true;
  }

  /** Call the answer to hear no more. */
  on<Topic extends TopicOf>(topic: Topic, listener: (text: TextOf<Topic>) => void): () => void {
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
    const ways = { addresses: urls.length, transports: this.#ways.length, backoff };
    let standing = departure(startAt);
    while (!this.#stop.signal.aborted) {
      const url = urls[standing.turn % urls.length] ?? '';
      const transport = this.#ways[standing.way] ?? 'websocket';
      const ending = await this.#connect({ url, transport });
      if (this.#stop.signal.aborted) return;
      this.#needsFreshToken = ending.unauthenticated ?? false;
      this.#tell(ending.opened ? 'cut' : 'failed', { url, transport, ...ending });
      const hop = nextHop(standing, ending, ways, Date.now());
      standing = hop.standing;
      await pause(hop.waitMs, this.#stop.signal);
    }
  }

  /** One connection from its beginning to its end. */
  async #connect(open: Open): Promise<Ending> {
    const opening = await this.#opening(open).catch(noCredentials);
    if ('why' in opening) return opening;
    if (this.#stop.signal.aborted) return { opened: false, livedMs: 0, why: 'closed by this client' };
    try {
      this.#connection = transports[open.transport](opening, this.#hearing(open));
      return await this.#connection.ended;
    } catch (error) {
      // A WebSocket refuses some addresses when it is made.
      return { opened: false, livedMs: 0, why: String(error) };
    } finally {
      this.#connection = undefined;
      this.#open = undefined;
    }
  }

  async #opening({ url, transport }: Open): Promise<Opening> {
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
      patience: this.#patience,
      subscriptions: this.#subscriptions,
    };
  }

  #hearing(open: Open): Hearing {
    return {
      opened: () => {
        this.#open = open;
        this.#tell('open', open);
      },
      message: (message) => this.#tell(message.type, message as never),
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

  #tell<Topic extends TopicOf>(topic: Topic, text: TextOf<Topic>): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener(text as never);
  }
}

/** Whoever gives out tokens is away, or does not want this client: the next try asks again. */
const noCredentials = (error: unknown): Ending => ({
  opened: false,
  livedMs: 0,
  unauthenticated: true,
  why: error instanceof Error ? error.message : String(error),
});

/** Resolves early, without a word, when the signal fires. */
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
