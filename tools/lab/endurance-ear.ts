/** One client of the endurance lab: it remembers what it heard as a digest, so that a hundred of them fit into one process. */
import { createHash } from 'node:crypto';
import { RealtimeClient, type FeedEvent, type TransportName } from '@halftone/client';
import { WebSocket } from 'ws';

export interface Heard {
  transport: TransportName;
  events: number;
  lost: number;
  duplicated: number;
  resets: number;
  /** Each time without a connection, in ms; one that was never made good lasts until the end. */
  awayMs: number[];
  /** Of every event in the order it came: two that are equal heard the same. */
  digest: string;
}

export class EnduranceEar {
  readonly #transport: TransportName;
  readonly #client: RealtimeClient;
  readonly #subscription: { lastSeq: number | undefined; gaps: number; duplicates: number };
  readonly #digest = createHash('sha256');
  readonly #awayMs: number[] = [];
  #cutAt: number | undefined;
  #events = 0;
  #resets = 0;

  /** Hears the channel from its beginning, with the patience that every client has unless told otherwise. */
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
      event: (event) => this.#hear(event),
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

  /** `until`: the last number that there was to hear. */
  async end(until: number): Promise<Heard> {
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

  #hear({ id, seq, type, subject }: FeedEvent): void {
    this.#events += 1;
    this.#digest.update(`${seq} ${id} ${type} ${subject}\n`);
  }

  #isBack(): void {
    if (this.#cutAt === undefined) return;
    this.#awayMs.push(performance.now() - this.#cutAt);
    this.#cutAt = undefined;
  }
}
