/**
 * A client that stays, and remembers: every event in the order it came, repeated ones too, so that the count of lost and duplicated
 * events is about what the server did. It hides nothing: a reset is counted, a cut is logged.
 */
import {
  poll,
  RealtimeClient,
  type Connect,
  type FeedEvent,
  type PassingEvent,
  type TransportName,
} from '@halftone/client';
import { WebSocket } from 'ws';
import { eventually } from './retry.ts';
import { tally, type Tally } from './tally.ts';

/** `at` is of the clock of `performance.now()`. */
export type Heard<Event> = Event & { at: number };

/** One lost connection: `to` and `backAt` are set once it was made good. */
export interface Cut {
  from: string;
  at: number;
  /** The server said goodbye first. */
  announced: boolean;
  to?: string;
  backAt?: number;
}

/** Whoever gives out access tokens: a `Session`, for one. */
export interface TokenSource {
  token(): Promise<string>;
}

export interface ListenerOptions {
  session: TokenSource;
  urls: readonly string[];
  transport: TransportName;
  /** Where to begin; the end of the channel unless told. */
  cursor?: string | undefined;
  /** The caller's own unless told. */
  channel?: string;
}

/** A replica that goes is followed by another within a second or two, so there is no point in waiting long for anything. */
const backoff = { baseMs: 50, capMs: 250 };
/** Long polls end soon, so that a closed listener's last one does not outlive it for long. */
const patience = { openMs: 2_000, pingMs: 1_000, waitMs: 5_000 };

/** Of `ws`, which its types do not know: how long a server may take to answer a close, in ms. */
const closing = { closeTimeout: 500 };

/** `ws` says on its own who it is, and lets go of a server that no longer answers. */
const connect: Connect = (url, protocols, headers) => new WebSocket(url, protocols, { headers, ...closing });

/** The channel's end as a cursor: what a listener that wants everything from now on begins with. */
export async function currentCursor(session: TokenSource, urls: readonly string[], channel = 'me'): Promise<string> {
  let turn = 0;
  return eventually('a cursor', async () => {
    const url = urls[turn++ % urls.length] ?? '';
    const page = await session
      .token()
      .then((token) => poll(fetch, { url, token, question: { channel }, signal: AbortSignal.timeout(3_000) }))
      .catch(() => undefined);
    return page?.cursor;
  });
}

export class Listener {
  readonly transport: TransportName;
  readonly heard: Heard<FeedEvent>[] = [];
  readonly passing: Heard<PassingEvent>[] = [];
  readonly cuts: Cut[] = [];
  resets = 0;
  readonly #client: RealtimeClient;
  readonly #waiting = new Set<() => void>();

  private constructor({ session, urls, transport, cursor, channel = 'me' }: ListenerOptions) {
    this.transport = transport;
    const token = () => session.token();
    this.#client = new RealtimeClient({ urls, transports: [transport], token, connect, backoff, patience, startAt: 0 });
    const hear = (event: FeedEvent) => this.#remember(this.heard, event);
    this.#client.subscribe({
      channel,
      from: cursor,
      event: hear,
      duplicate: hear,
      passing: (event) => this.#remember(this.passing, event),
      reset: () => (this.resets += 1),
    });
    this.#client.on('cut', ({ url, comeBackInMs }) =>
      this.cuts.push({ from: url, at: performance.now(), announced: comeBackInMs !== undefined }),
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

  /** The first event, heard already or later, that fits. */
  waitFor(what: string, fits: (event: FeedEvent) => boolean, timeoutMs = 30_000): Promise<Heard<FeedEvent>> {
    return this.#until(what, () => this.heard.find(fits), timeoutMs);
  }

  waitForPassing(
    what: string,
    fits: (event: PassingEvent) => boolean,
    timeoutMs = 30_000,
  ): Promise<Heard<PassingEvent>> {
    return this.#until(what, () => this.passing.find(fits), timeoutMs);
  }

  /** Lost and duplicated so far, by sequence number. */
  tally(range: { after?: number; until?: number } = {}): Tally {
    const { after = 0, until = Infinity } = range;
    const seqs = this.heard.map(({ seq }) => seq).filter((seq) => seq > after && seq <= until);
    return tally(seqs, range);
  }

  get lastSeq(): number {
    return this.heard.reduce((last, { seq }) => Math.max(last, seq), 0);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #remember<Event extends PassingEvent>(where: Heard<Event>[], event: Event): void {
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
