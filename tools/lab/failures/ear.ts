/** A client in trouble, with the times of all that befell it. What it heard is kept whole, repeated events too. */
import { RealtimeClient, type Patience, type StringStorage, type TransportName } from '@halftone/client';
import { WebSocket } from 'ws';

export interface Heard {
  seq: number;
  /** From being published to being heard, in ms. */
  lateMs: number;
}

/** Times are of the clock of `performance.now()`. */
export interface Cut {
  at: number;
  backAt?: number;
}

export interface EarOptions {
  /** In the order in which they are tried. */
  transports: readonly TransportName[];
  urls: readonly string[];
  token: () => string;
  patience?: Partial<Patience>;
  /** As a page keeps it over a refresh. */
  storage?: StringStorage;
  /** Of the channel's beginning unless told. */
  from?: string;
}

/** Shorter than what a page has, so that nobody watching needs its patience; the order of magnitude of what is seen scales with it. */
export const patience: Patience = { openMs: 1_500, pingMs: 500, silenceMs: 3_000, waitMs: 2_000 };
const backoff = { baseMs: 100, capMs: 1_000 };

export class Ear {
  readonly heard: Heard[] = [];
  readonly cuts: Cut[] = [];
  /** Tries that did not open. */
  failures = 0;
  resets = 0;
  #via: TransportName | undefined;
  readonly #client: RealtimeClient;

  constructor({ transports, urls, token, storage, from = 'earliest', ...options }: EarOptions) {
    this.#client = new RealtimeClient({
      urls,
      transports,
      token: () => Promise.resolve(token()),
      connect: (url, protocols, headers) => new WebSocket(url, protocols, { headers }),
      backoff,
      patience: { ...patience, ...options.patience },
      startAt: 0,
      ...(storage && { storage }),
    });
    const hear = ({ seq, data }: { seq: number; data: Record<string, unknown> }) =>
      this.heard.push({ seq, lateMs: Date.now() - Number(data['at']) });
    this.#client.subscribe({ from, event: hear, duplicate: hear, reset: () => (this.resets += 1) });
    this.#client.on('cut', () => this.cuts.push({ at: performance.now() }));
    this.#client.on('failed', () => (this.failures += 1));
    this.#client.on('open', ({ transport }) => this.#opened(transport));
    this.#client.connect();
  }

  get isOpen(): boolean {
    return this.#client.open !== undefined;
  }

  /** What it last listened by. */
  get via(): TransportName | undefined {
    return this.#via;
  }

  get lastSeq(): number {
    return this.heard.reduce((last, { seq }) => Math.max(last, seq), 0);
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
