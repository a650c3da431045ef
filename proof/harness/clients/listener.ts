/**
 * A client that stays connected and records every event in order of arrival, duplicates included.
 * Resets and cuts are recorded too, so that lost and duplicated events can be counted.
 */
import {
  poll,
  RealtimeClient,
  type Connect,
  type FeedEvent,
  type EphemeralEvent,
  type TransportName,
} from '@halftone/client';
import { WebSocket } from 'ws';
import { eventually } from '@halftone/tools/os/waiting.ts';
import { tally, type Tally } from './tally.ts';

/** `at` is the arrival time, as of `performance.now()`. */
export type Timed<Event> = Event & { at: number };

/** One lost connection. `to` and `backAt` are set after the reconnect. */
export interface Cut {
  from: string;
  at: number;
  /** The server said goodbye first. */
  announced: boolean;
  to?: string;
  backAt?: number;
}

/** A source of access tokens, such as a `Session`. */
export interface TokenSource {
  token(): Promise<string>;
}

export interface ListenerOptions {
  session: TokenSource;
  urls: readonly string[];
  transport: TransportName;
  /** The start position; the end of the channel by default. */
  cursor?: string | undefined;
  /** The customer's own channel by default. */
  channel?: string;
}

/** Short waits: a stopped replica is replaced within a second or two. */
const backoff = { baseMs: 50, capMs: 250 };
/** Short long polls, so that the last one ends soon after the listener is closed. */
const timeouts = { openMs: 2_000, pingMs: 1_000, waitMs: 5_000 };

/** Of `ws`, which its types do not know: how long a server may take to answer a close, in ms. */
const closing = { closeTimeout: 500 };

/** `ws` says on its own who it is, and lets go of a server that no longer answers. */
const connect: Connect = (url, protocols, headers) => new WebSocket(url, protocols, { headers, ...closing });

/** The cursor at the end of the channel. */
export async function currentCursor(session: TokenSource, urls: readonly string[], channel = 'me'): Promise<string> {
  let turn = 0;
  return eventually('a cursor', async () => {
    const url = urls[turn++ % urls.length] ?? '';
    // The replica may be down: try the next one.
    const page = await session
      .token()
      .then((token) => poll(fetch, { url, token, subscribe: { channel }, signal: AbortSignal.timeout(3_000) }))
      .catch(() => undefined);
    return page?.cursor;
  });
}

export class Listener {
  readonly transport: TransportName;
  readonly received: Timed<FeedEvent>[] = [];
  readonly passing: Timed<EphemeralEvent>[] = [];
  readonly cuts: Cut[] = [];
  resets = 0;
  readonly #client: RealtimeClient;
  readonly #waiting = new Set<() => void>();

  private constructor({ session, urls, transport, cursor, channel = 'me' }: ListenerOptions) {
    this.transport = transport;
    const token = () => session.token();
    this.#client = new RealtimeClient({ urls, transports: [transport], token, connect, backoff, timeouts, startAt: 0 });
    const receive = (event: FeedEvent) => this.#remember(this.received, event);
    this.#client.subscribe({
      channel,
      from: cursor,
      event: receive,
      duplicate: receive,
      ephemeral: (event) => this.#remember(this.passing, event),
      reset: () => (this.resets += 1),
    });
    this.#client.on('cut', ({ url, reconnectInMs }) =>
      this.cuts.push({ from: url, at: performance.now(), announced: reconnectInMs !== undefined }),
    );
    this.#client.on('open', ({ url }) => this.#isBack(url));
  }

  /** Resolves once connected. */
  static async start(options: ListenerOptions): Promise<Listener> {
    const cursor = options.cursor ?? (await currentCursor(options.session, options.urls, options.channel));
    const listener = new Listener({ ...options, cursor });
    listener.#client.connect();
    await listener.#until(`${options.transport} to connect`, () => listener.url, 30_000);
    return listener;
  }

  /** The replica listened to now; undefined while there is none. */
  get url(): string | undefined {
    return this.#client.open?.url;
  }

  /** Resolves with the first event that fits, past or future. */
  waitFor(what: string, fits: (event: FeedEvent) => boolean, timeoutMs = 30_000): Promise<Timed<FeedEvent>> {
    return this.#until(what, () => this.received.find(fits), timeoutMs);
  }

  waitForPassing(
    what: string,
    fits: (event: EphemeralEvent) => boolean,
    timeoutMs = 30_000,
  ): Promise<Timed<EphemeralEvent>> {
    return this.#until(what, () => this.passing.find(fits), timeoutMs);
  }

  /** Lost and duplicated so far, by sequence number. */
  tally(range: { after?: number; until?: number } = {}): Tally {
    const { after = 0, until = Infinity } = range;
    const seqs = this.received.map(({ seq }) => seq).filter((seq) => seq > after && seq <= until);
    return tally(seqs, range);
  }

  get lastSeq(): number {
    return this.received.reduce((last, { seq }) => Math.max(last, seq), 0);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #remember<Event extends EphemeralEvent>(where: Timed<Event>[], event: Event): void {
    where.push({ ...event, at: performance.now() });
    this.#wake();
  }

  #isBack(url: string): void {
    const cut = this.cuts.at(-1);
    if (cut && cut.backAt === undefined) Object.assign(cut, { to: url, backAt: performance.now() });
    this.#wake();
  }

  #wake(): void {
    for (const check of this.#waiting) check();
  }

  #until<T>(what: string, find: () => T | undefined, timeoutMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const late = () => finish(() => reject(new Error(`${this.transport}: waited ${timeoutMs} ms for ${what}`)));
      const timer = setTimeout(late, timeoutMs);
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#waiting.delete(check);
        settle();
      };
      const check = () => {
        const found = find();
        if (found !== undefined) finish(() => resolve(found));
      };
      this.#waiting.add(check);
      check();
    });
  }
}
