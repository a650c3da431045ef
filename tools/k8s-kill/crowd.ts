/** Clients that stay connected while a pod goes: all of one customer, so that all have to hear the same. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from '../client/api.ts';
import { Listener } from '../client/listener.ts';
import { eventually } from '../client/retry.ts';
import type { Session } from '../client/session.ts';
import { notificationsAfter } from '../client/shop.ts';
import type { FeedEvent, TransportName } from '@halftone/client';

export interface ClientReport {
  client: string;
  /** Milliseconds from the deletion to the first cut, and from there until it was back; none when it was not cut. */
  cutAfterMs?: number;
  backAfterMs?: number;
  cuts: number;
  heard: number;
  lost: number;
  duplicated: number;
  resets: number;
}

interface Client {
  name: string;
  listener: Listener;
}

/** How long the last event may take to everyone once all is well again. */
const settleMs = 60_000;

const endings = ['order.shipped', 'order.payment_failed', 'order.refunded'];

export class Crowd {
  readonly #clients: readonly Client[];
  readonly #session: Session;
  readonly #base: number;

  private constructor(session: Session, base: number, clients: readonly Client[]) {
    this.#session = session;
    this.#base = base;
    this.#clients = clients;
  }

  static async open(session: Session, urls: readonly string[], sockets: number, streams: number): Promise<Crowd> {
    const start = (transport: TransportName, count: number) =>
      Array.from({ length: count }, async (_, index) => ({
        name: `${transport} ${index + 1}`,
        listener: await Listener.start({ session, urls, transport }),
      }));
    const clients = await Promise.all([...start('websocket', sockets), ...start('sse', streams)]);
    // Asked when all listen: whatever is written after it, everybody has to hear.
    const [last] = (await session.get<Page<FeedEvent>>('/v1/notifications?limit=1')).items;
    return new Crowd(session, last?.seq ?? 0, clients);
  }

  get size(): number {
    return this.#clients.length;
  }

  get connected(): number {
    return this.#clients.filter(({ listener }) => listener.url !== undefined).length;
  }

  get cuts(): number {
    return this.#clients.reduce((sum, { listener }) => sum + listener.cuts.length, 0);
  }

  get heard(): number {
    return this.#clients.reduce((sum, { listener }) => sum + listener.heard.length, 0);
  }

  allBack(signal: AbortSignal): Promise<true> {
    const back = () => {
      signal.throwIfAborted();
      return this.connected === this.size || undefined;
    };
    return eventually('every client to be back', back, { withinMs: settleMs });
  }

  /**
   * Judged against what the database says the customer was told, once these orders were told to their end and everybody had
   * the time to hear it.
   */
  async report(orders: readonly string[], deletedAt: number): Promise<ClientReport[]> {
    const told = await this.#toldOf(orders);
    const range = { after: this.#base, until: told.at(-1)?.seq ?? this.#base };
    const deadline = performance.now() + settleMs;
    const late = () => this.#clients.some(({ listener }) => listener.lastSeq < range.until);
    while (late() && performance.now() < deadline) await sleep(100);
    return this.#clients.map(({ name, listener }) => reportOf(name, listener, range, deletedAt));
  }

  #toldOf(orders: readonly string[]): Promise<FeedEvent[]> {
    const what = `the end of all ${orders.length} orders to be told`;
    const told = async () => {
      const all = await notificationsAfter(this.#session, this.#base);
      const ended = new Set(all.filter(({ type }) => endings.includes(type)).map(({ subject }) => subject));
      return orders.every((id) => ended.has(`orders/${id}`)) ? all : undefined;
    };
    return eventually(what, told, { withinMs: settleMs, everyMs: 500 });
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map(({ listener }) => listener.close()));
  }
}

function reportOf(
  client: string,
  listener: Listener,
  range: { after: number; until: number },
  deletedAt: number,
): ClientReport {
  const { lost, duplicated } = listener.tally(range);
  const [first] = listener.cuts.filter(({ at }) => at >= deletedAt);
  return {
    client,
    ...(first && { cutAfterMs: Math.round(first.at - deletedAt) }),
    ...(first?.backAt !== undefined && { backAfterMs: Math.round(first.backAt - first.at) }),
    cuts: listener.cuts.length,
    heard: listener.heard.length,
    lost,
    duplicated,
    resets: listener.resets,
  };
}
