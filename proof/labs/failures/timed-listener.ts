/** A client that records when it lost and regained its connection, and every event, duplicates included. */
import { RealtimeClient, type Timeouts, type StringStorage, type TransportName } from '@halftone/client';
import { WebSocket } from 'ws';

export interface TimedEvent {
  seq: number;
  /** From publication to arrival, in ms. */
  lateMs: number;
}

/** Times are of the clock of `performance.now()`. */
export interface Cut {
  at: number;
  backAt?: number;
}

export interface TimedListenerOptions {
  /** In the order in which they are tried. */
  transports: readonly TransportName[];
  urls: readonly string[];
  token: () => string;
  timeouts?: Partial<Timeouts>;
  /** Survives a page reload. */
  storage?: StringStorage;
  /** The beginning of the channel by default. */
  from?: string;
}

/** Shorter than in a page, so that the lab is quick. The measured times scale with these. */
const timeouts: Timeouts = { openMs: 1_500, pingMs: 500, silenceMs: 3_000, waitMs: 2_000 };
const backoff = { baseMs: 100, capMs: 1_000 };

export class TimedListener {
  readonly received: TimedEvent[] = [];
  readonly cuts: Cut[] = [];
  /** Tries that did not open. */
  failures = 0;
  resets = 0;
  #via: TransportName | undefined;
  readonly #client: RealtimeClient;

  constructor({ transports, urls, token, storage, from = 'earliest', ...options }: TimedListenerOptions) {
    this.#client = new RealtimeClient({
      urls,
      transports,
      token: () => Promise.resolve(token()),
      connect: (url, protocols, headers) => new WebSocket(url, protocols, { headers }),
      backoff,
      timeouts: { ...timeouts, ...options.timeouts },
      startAt: 0,
      ...(storage && { storage }),
    });
    const receive = ({ seq, data }: { seq: number; data: Record<string, unknown> }) =>
      this.received.push({ seq, lateMs: Date.now() - Number(data['at']) });
    this.#client.subscribe({ from, event: receive, duplicate: receive, reset: () => (this.resets += 1) });
    this.#client.on('cut', () => this.cuts.push({ at: performance.now() }));
    this.#client.on('failed', () => (this.failures += 1));
    this.#client.on('open', ({ transport }) => this.#opened(transport));
    this.#client.connect();
  }

  get isOpen(): boolean {
    return this.#client.open !== undefined;
  }

  /** The last transport used. */
  get via(): TransportName | undefined {
    return this.#via;
  }

  get lastSeq(): number {
    return this.received.reduce((last, { seq }) => Math.max(last, seq), 0);
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #opened(transport: TransportName): void {
    this.#via = transport;
    const cut = this.cuts.at(-1);
    if (cut) cut.backAt ??= performance.now();
  }
}
