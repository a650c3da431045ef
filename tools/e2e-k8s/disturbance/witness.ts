/**
 * Clients that order and listen while something is done to the release, and what they have seen of it: orders over REST and the
 * graph by one load, listeners by the other. They run until all is done, however long that takes.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad, type Load, type LoadResult } from '../../load/load.ts';
import type { ReleaseUrls } from '../../cluster/urls.ts';
import type { CutSeen, RequestSeen } from '../../load/seen.ts';
import type { Seen } from '../recovery.ts';

/** Ended by us; this is what it may take at most. */
const atMost = '20m';

/** Orders a second: enough that one is always under way, few enough for two cores that also run the shop. */
const pace = { orders: 2, realtime: 1 } as const;

export interface Ended {
  orders: LoadResult;
  realtime: LoadResult;
}

export class Witness implements Seen {
  readonly requests: RequestSeen[] = [];
  readonly cuts: CutSeen[] = [];
  #loads: { orders: Load; realtime: Load } | undefined;

  /** Resolves when both loads have sent their first requests. */
  static async begin(urls: ReleaseUrls, patient: boolean, signal: AbortSignal): Promise<Witness> {
    const witness = new Witness();
    const start = (name: 'orders' | 'realtime') =>
      startLoad(name, {
        urls,
        patient,
        duration: atMost,
        rate: pace[name],
        signal,
        onRequest: (request) => void witness.requests.push(request),
        onCut: (cut) => void witness.cuts.push(cut),
      });
    const [orders, realtime] = await Promise.all([start('orders'), start('realtime')]);
    witness.#loads = { orders, realtime };
    await witness.untilQuiet(0, signal);
    return witness;
  }

  /** Until nothing has failed for a while: whatever was done has been got over, or never will be. */
  async untilQuiet(from: number, signal: AbortSignal, quietMs = 3_000, withinMs = 60_000): Promise<void> {
    const begun = Date.now();
    const wanted = Math.max(from, begun) + quietMs;
    const trouble = () =>
      Math.max(
        0,
        ...this.requests.filter(({ attempts, ok }) => attempts > 1 || !ok).map(({ at, ms }) => at + ms),
        ...this.cuts.map(({ at, backMs }) => at + backMs),
      );
    const fine = () =>
      Date.now() > wanted && Date.now() - trouble() > quietMs && this.#answeredSince(Date.now() - quietMs);
    while (!fine() && Date.now() < begun + withinMs) await sleep(250, undefined, { signal });
  }

  #answeredSince(time: number): boolean {
    return this.requests.some(({ at, ok }) => ok && at > time);
  }

  async end(): Promise<Ended> {
    if (!this.#loads) throw new Error('nobody watches');
    const { orders, realtime } = this.#loads;
    const [ofOrders, ofRealtime] = await Promise.all([orders.stop(), realtime.stop()]);
    return { orders: ofOrders, realtime: ofRealtime };
  }
}
