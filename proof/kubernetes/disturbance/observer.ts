/**
 * Clients that order and listen during a disturbance, and what they observe. One load test places orders over REST and GraphQL,
 * the other one listens. They run until the phase ends.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { startLoad, type Load, type LoadResult } from '../../load/load.ts';
import type { ReleaseUrls } from '@halftone/tools/cluster/urls.ts';
import type { CutSeen, RequestSeen } from '../../load/load-events.ts';
import type { Seen } from '../recovery.ts';

/** The longest duration; the phase ends it earlier. */
const atMost = '20m';

/** Orders per second: one is always in progress, and two cores are enough. */
const pace = { orders: 2, realtime: 1 } as const;

export interface ObservedLoads {
  orders: LoadResult;
  realtime: LoadResult;
}

export class Observer implements Seen {
  readonly requests: RequestSeen[] = [];
  readonly cuts: CutSeen[] = [];
  #loads: { orders: Load; realtime: Load } | undefined;

  /** Resolves when both loads have sent their first requests. */
  static async start(urls: ReleaseUrls, patient: boolean, signal: AbortSignal): Promise<Observer> {
    const observer = new Observer();
    const start = (name: 'orders' | 'realtime') =>
      startLoad(name, {
        urls,
        patient,
        duration: atMost,
        rate: pace[name],
        signal,
        onRequest: (request) => void observer.requests.push(request),
        onCut: (cut) => void observer.cuts.push(cut),
      });
    const [orders, realtime] = await Promise.all([start('orders'), start('realtime')]);
    observer.#loads = { orders, realtime };
    await observer.untilStable(0, signal);
    return observer;
  }

  /** Waits until no request has failed for a while, with a timeout. */
  async untilStable(from: number, signal: AbortSignal, quietMs = 3_000, withinMs = 60_000): Promise<void> {
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

  async end(): Promise<ObservedLoads> {
    if (!this.#loads) throw new Error('the observer was not started');
    const { orders, realtime } = this.#loads;
    const [ofOrders, ofRealtime] = await Promise.all([orders.stop(), realtime.stop()]);
    return { orders: ofOrders, realtime: ofRealtime };
  }
}
