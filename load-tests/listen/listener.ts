/** The state of any listener: its cursor, the events that it missed, and the time for which it was disconnected. */
import { fullJitter } from '../../libs/client/src/backoff.ts';
import { Sequence } from '../../libs/client/src/sequence.ts';
import { cuts, duplicates, eventsReceived, gaps, listeners, reconnectMs, resets } from '../metrics.ts';
import { reportLive } from '../live.ts';
import { urls } from '../settings.ts';

export interface FeedEvent {
  id?: string;
  seq?: number;
  type: string;
}

export type Transport = 'websocket' | 'long-poll';

export class Listener {
  /** Where to go on; undefined before the first connection. */
  cursor: string | undefined;
  readonly #name: string;
  readonly #tags: { transport: Transport };
  readonly #sequence = new Sequence();
  #cutAt: number | undefined;
  #turn = 0;

  constructor(customer: string, transport: Transport, number: number, cursor?: string) {
    this.cursor = cursor;
    this.#name = `${transport} ${number} of ${customer}`;
    this.#tags = { transport };
    this.#turn = number;
    listeners.add(1, this.#tags);
    for (const counter of [gaps, duplicates, resets, cuts]) counter.add(0, this.#tags);
  }

  get lastSeq(): number {
    return this.#sequence.last ?? 0;
  }

  /** Another replica each time. */
  nextUrl(): string {
    return `${urls.realtime[this.#turn++ % urls.realtime.length]}/v1/events`;
  }

  /** Subscribed: everything after the cursor arrives from here on. */
  opened(cursor?: string): void {
    this.cursor ??= cursor;
    if (this.#cutAt === undefined) return;
    const [at, backMs] = [this.#cutAt, Date.now() - this.#cutAt];
    this.#cutAt = undefined;
    reconnectMs.add(backMs, this.#tags);
    reportLive({ type: 'cut', listener: this.#name, at, backMs });
  }

  /** Tries that fail after it belong to the same cut. */
  cut(): void {
    if (this.#cutAt !== undefined) return;
    this.#cutAt = Date.now();
    cuts.add(1, this.#tags);
  }

  receive({ id, seq, type }: FeedEvent): void {
    if (type === 'reset') return resets.add(1, this.#tags);
    // A passing event, such as progress, has neither and is never repeated.
    if (id === undefined || seq === undefined) return;
    const { missing, duplicate } = this.#sequence.record(seq);
    if (missing > 0) this.#report(gaps, missing, seq);
    if (duplicate) this.#report(duplicates, 1, seq);
    eventsReceived.add(1, this.#tags);
    this.cursor = id;
  }

  /** At the end: everything up to this number must have been received. */
  mustHaveReceived(until: number): void {
    if (this.#sequence.last !== undefined && until > this.#sequence.last) {
      this.#report(gaps, until - this.#sequence.last, until);
    }
    if (this.#cutAt !== undefined) reconnectMs.add(Date.now() - this.#cutAt, this.#tags);
  }

  #report(counter: typeof gaps, count: number, seq: number): void {
    counter.add(count, this.#tags);
    console.error(`${this.#name}: ${count} ${counter === gaps ? 'missing before' : 'repeated at'} seq ${seq}`);
  }
}

const backoff = { baseMs: 500, capMs: 1_000 };

/** Milliseconds before the next try: what the server asked for in its goodbye, else short and random. */
export const reconnectInMs = (hint: number | undefined): number => hint ?? fullJitter(0, backoff);
