/**
 * A client that stays: it listens on one replica and, when that goes away, goes on at another from the last cursor.
 * Guarantees to record every event in the order it came, repeated ones too, so that the count of lost and duplicated events
 * is about what the server did. It hides nothing: a reset is counted, a cut is logged.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { poll, longPoll } from './poll.ts';
import { eventually } from './retry.ts';
import type { Session } from './session.ts';
import { sse } from './sse.ts';
import { tally, type Tally } from './tally.ts';
import type { FeedEvent, PassingEvent, Sink, Transport } from './transport.ts';
import { websocket } from './websocket.ts';

export const transports = { websocket, sse, poll: longPoll } satisfies Record<string, Transport>;
export type TransportName = keyof typeof transports;

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

/** A replica that goes is followed by another within a second or two, so there is no point in waiting long between two tries. */
export const pauseMs = (failures: number, random: () => number = Math.random): number =>
  Math.min(250, 50 * 2 ** (failures - 1)) * (0.5 + random() / 2);

export interface ListenerOptions {
  session: Session;
  urls: readonly string[];
  transport: TransportName;
  /** Where to begin; the end of the channel unless told. */
  cursor?: string | undefined;
}

/** The channel's end as a cursor: what a listener that wants everything from now on begins with. */
export async function currentCursor(session: Session, urls: readonly string[]): Promise<string> {
  let turn = 0;
  return eventually('a cursor', async () => {
    const url = urls[turn++ % urls.length] ?? '';
    const page = await session
      .token()
      .then((token) => poll({ url, token, cursor: undefined }))
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
  /** The replica listened to now; undefined while there is none. */
  url: string | undefined;
  readonly #session: Session;
  readonly #urls: readonly string[];
  readonly #stop = new AbortController();
  readonly #waiting = new Set<() => void>();
  #cursor: string | undefined;
  /** What the goodbye of the current connection asked for. */
  #comeBackIn: number | undefined;
  #ended: Promise<void> = Promise.resolve();

  private constructor({ session, urls, transport, cursor }: ListenerOptions) {
    this.#session = session;
    this.#urls = urls;
    this.transport = transport;
    this.#cursor = cursor;
  }

  /** Resolves once connected. */
  static async start(options: ListenerOptions): Promise<Listener> {
    const cursor = options.cursor ?? (await currentCursor(options.session, options.urls));
    const listener = new Listener({ ...options, cursor });
    listener.#ended = listener.#run();
    await listener.#until(`${options.transport} to connect`, () => listener.url, 30_000);
    return listener;
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

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stop;
    for (let turn = 0, failures = 0; !signal.aborted; turn += 1) {
      const url = this.#urls[turn % this.#urls.length] ?? '';
      this.#comeBackIn = undefined;
      const connected = await this.#connect(url);
      failures = connected ? 0 : failures + 1;
      // The first try at another replica is made at once; waiting is for when none answers, or when the server asked for it.
      const pause = failures >= this.#urls.length ? pauseMs(failures - this.#urls.length + 1) : this.#comeBackIn;
      if (pause !== undefined) await sleep(pause, undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection from its beginning to its end; true when it had opened. */
  async #connect(url: string): Promise<boolean> {
    try {
      const connection = { url, token: await this.#session.token(), cursor: this.#cursor };
      await transports[this.transport](connection, this.#sink(url), this.#stop.signal);
    } catch {
      // The end of a connection is expected here; what it cost shows in `cuts` and in the tally.
    }
    const connected = this.url !== undefined;
    const announced = this.#comeBackIn !== undefined;
    if (connected && !this.#stop.signal.aborted) this.cuts.push({ from: url, at: performance.now(), announced });
    this.url = undefined;
    return connected;
  }

  #sink(url: string): Sink {
    return {
      opened: () => {
        this.url = url;
        const cut = this.cuts.at(-1);
        if (cut && cut.backAt === undefined) Object.assign(cut, { to: url, backAt: performance.now() });
        this.#wake();
      },
      event: (event) => {
        this.heard.push({ ...event, at: performance.now() });
        this.#cursor = event.id;
        this.#wake();
      },
      passing: (event) => {
        this.passing.push({ ...event, at: performance.now() });
        this.#wake();
      },
      cursor: (cursor) => (this.#cursor = cursor),
      reset: () => (this.resets += 1),
      goodbye: (reconnectInMs) => (this.#comeBackIn = reconnectInMs),
    };
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
