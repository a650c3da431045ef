/** One client of the endurance lab. It keeps a digest of the events, so that a hundred clients fit into one process. */
import { createHash } from 'node:crypto';
import { RealtimeClient, type FeedEvent, type TransportName } from '@halftone/client';
import { WebSocket } from 'ws';

export interface ListenerResult {
  transport: TransportName;
  events: number;
  lost: number;
  duplicated: number;
  resets: number;
  /** Each time without a connection, in ms. A connection that never comes back counts until the end. */
  awayMs: number[];
  /** Over all events in order: equal digests mean equal sequences. */
  digest: string;
}

export class EnduranceListener {
  readonly #transport: TransportName;
  readonly #client: RealtimeClient;
  readonly #subscription: { lastSeq: number | undefined; gaps: number; duplicates: number };
  readonly #digest = createHash('sha256');
  readonly #awayMs: number[] = [];
  #cutAt: number | undefined;
  #events = 0;
  #resets = 0;

  /** Follows the channel from its beginning, with the default timeouts. */
  constructor(transport: TransportName, urls: readonly string[], token: () => string) {
    this.#transport = transport;
    this.#client = new RealtimeClient({
      urls,
      transports: [transport],
      token: () => Promise.resolve(token()),
      connect: (url, protocols, headers) => new WebSocket(url, protocols, { headers }),
    });
    this.#subscription = this.#client.subscribe({
      from: 'earliest',
      event: (event) => this.#receive(event),
      reset: () => (this.#resets += 1),
    });
    this.#client.on('cut', () => (this.#cutAt ??= performance.now()));
    this.#client.on('open', () => this.#isBack());
    this.#client.connect();
  }

  get isOpen(): boolean {
    return this.#client.open !== undefined;
  }

  get lastSeq(): number {
    return this.#subscription.lastSeq ?? 0;
  }

  /** `until`: the last sequence number published. */
  async end(until: number): Promise<ListenerResult> {
    this.#isBack();
    await this.#client.close();
    const { gaps, duplicates } = this.#subscription;
    return {
      transport: this.#transport,
      events: this.#events,
      lost: gaps + until - this.lastSeq,
      duplicated: duplicates,
      resets: this.#resets,
      awayMs: this.#awayMs,
      digest: this.#digest.digest('hex'),
    };
  }

  #receive({ id, seq, type, subject }: FeedEvent): void {
    this.#events += 1;
    this.#digest.update(`${seq} ${id} ${type} ${subject}\n`);
  }

  #isBack(): void {
    if (this.#cutAt === undefined) return;
    this.#awayMs.push(performance.now() - this.#cutAt);
    this.#cutAt = undefined;
  }
}
